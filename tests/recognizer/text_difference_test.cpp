#include "recognizer/text_difference.h"

#include <gmock/gmock.h>

namespace ocrbatch::recognizer {
namespace {

std::string shown(const TextDifference& difference) {
  std::string out;
  for (const TextPart& part : difference.parts)
    out += part.same ? part.truth : "[" + part.truth + "|" + part.read + "]";
  return out;
}

TEST(TextDifference, PartsTakeTurnsInReadingOrder) {
  const TextDifference found = difference("Hauſmauer", "Haumsauer x");
  EXPECT_EQ(found.errors, 4U);
  EXPECT_EQ(found.characters, 9U);
  std::string truth, read;
  for (const TextPart& part : found.parts) {
    truth += part.truth;
    read += part.read;
    EXPECT_EQ(part.same, part.truth == part.read);
  }
  EXPECT_EQ(truth, "Hauſmauer");
  EXPECT_EQ(read, "Haumsauer x");
}

TEST(TextDifference, MarksWhatWasReplacedMissedAndAdded) {
  EXPECT_EQ(shown(difference("abcd", "abxd")), "ab[c|x]d");
  EXPECT_EQ(shown(difference("abcd", "bcd!")), "[a|]bcd[|!]");
  EXPECT_EQ(shown(difference("déjà", "deja")), "d[é|e]j[à|a]");
  EXPECT_EQ(shown(difference("same", "same")), "same");
  EXPECT_EQ(shown(difference("", "")), "");
  EXPECT_EQ(shown(difference("ab", "")), "[ab|]");
}

}  // namespace
}  // namespace ocrbatch::recognizer
