#include "recognizer/quotation_marks.h"

#include <gtest/gtest.h>

namespace ocrbatch::recognizer {
namespace {

const Alphabet kAlphabet({" ", "a", "'", "\"", "’", "”", "‘", "“"});

Character mark(const std::string& text, float x0_px, float confidence) {
  return {text, x0_px, x0_px + 4, confidence};
}

std::string joined(std::vector<Character> characters, const Alphabet& alphabet = kAlphabet) {
  join_quotation_marks(characters, 32, alphabet);
  return Hypothesis{std::move(characters)}.text();
}

TEST(QuotationMarks, AMarkReadTwiceIsOne) {
  EXPECT_EQ(joined({mark("a", 0, 1), mark("’", 8, 0.6F), mark("'", 12, 0.5F), mark("a", 16, 1)}), "a’a");
  EXPECT_EQ(joined({mark("a", 0, 1), mark("’", 8, 0.4F), mark("'", 12, 0.5F), mark("a", 16, 1)}), "a'a");
  EXPECT_EQ(joined({mark("”", 8, 0.4F), mark("”", 20, 0.5F)}), "”");
}

TEST(QuotationMarks, TwoSingleOnesSideBySideAreADoubleOne) {
  EXPECT_EQ(joined({mark("a", 0, 1), mark("’", 8, 0.9F), mark("’", 20, 0.9F)}), "a”");
  EXPECT_EQ(joined({mark("‘", 8, 0.9F), mark("‘", 16, 0.9F), mark("a", 30, 1)}), "“a");
  EXPECT_EQ(joined({mark("'", 8, 0.9F), mark("'", 16, 0.9F), mark("a", 30, 1)}), "\"a");
  EXPECT_EQ(joined({mark("’", 8, 0.9F), mark("’", 40, 0.9F)}), "’’");
}

TEST(QuotationMarks, AQuotationWithinAnotherEndsInBoth) {
  EXPECT_EQ(joined({mark("a", 0, 1), mark("’", 8, 0.9F), mark("”", 16, 0.9F)}), "a’”");
  EXPECT_EQ(joined({mark("a", 0, 1), mark("’", 8, 0.6F), mark("”", 16, 0.6F)}), "a”");
  EXPECT_EQ(joined({mark("’", 8, 0.5F), mark("”", 16, 0.5F), mark("’", 20, 0.4F)}), "”");
}

TEST(QuotationMarks, CoverTheColumnsOfBoth) {
  std::vector<Character> characters = {mark("’", 8, 0.6F), mark("’", 16, 0.7F)};
  join_quotation_marks(characters, 32, kAlphabet);
  ASSERT_EQ(characters.size(), 1U);
  EXPECT_EQ(characters[0].x0_px, 8);
  EXPECT_EQ(characters[0].x1_px, 20);
  EXPECT_EQ(characters[0].confidence, 0.7F);
}

TEST(QuotationMarks, ThatAnAlphabetLacksAreNotWritten) {
  EXPECT_EQ(joined({mark("’", 8, 0.9F), mark("’", 16, 0.9F)}, Alphabet({"a", "’"})), "’’");
}

TEST(QuotationMarks, OtherTextStays) {
  EXPECT_EQ(joined({}), "");
  EXPECT_EQ(joined({mark("a", 0, 0.1F), mark("a", 4, 0.1F), mark(" ", 8, 1), mark("’", 12, 0.2F)}), "aa ’");
  EXPECT_EQ(joined({mark("’", 0, 0.3F), mark(" ", 4, 0.3F), mark("’", 8, 0.3F)}), "’ ’");
}

}  // namespace
}  // namespace ocrbatch::recognizer
