#include "cli/text_layout.h"

#include <gtest/gtest.h>

namespace ocrbatch::cli {
namespace {

TEST(TextLayout, BreaksLongLinesAtSpacesAndIndentsTheRest) {
  const std::string word(39, 'x');
  EXPECT_EQ(two_columns("--a", word + " " + word + " " + word, 10),
            "--a       " + word + " " + word + "\n          " + word + "\n");
}

TEST(TextLayout, GivesALongLeftColumnALineOfItsOwn) {
  EXPECT_EQ(two_columns("--a-long-name", "what", 8), "--a-long-name\n        what\n");
}

TEST(TextLayout, FillsParagraphsAndKeepsExamplesAsTheyAre) {
  EXPECT_EQ(wrap("a\nb\n\n  c   d\ne", 4), "a b\n\n  c   d\ne\n");
}

TEST(TextLayout, WritesNumbersForPeople) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(duration_text(8.44), "8.4 s");
  EXPECT_EQ(duration_text(187), "3:07 min");
  EXPECT_EQ(duration_text(7500), "2:05:00 h");
  EXPECT_EQ(counted(1, "page"), "1 page");
  EXPECT_EQ(counted(2000, "page"), "2,000 pages");
}

}  // namespace
}  // namespace ocrbatch::cli
