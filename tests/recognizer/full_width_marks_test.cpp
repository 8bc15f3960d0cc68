#include "recognizer/full_width_marks.h"

#include <gtest/gtest.h>

namespace ocrbatch::recognizer {
namespace {

const Alphabet kChinese({" ", ",", "，", ":", "1", "a", "文", "字"}), kLatin({" ", ",", "a", "文"});

std::string widened(const std::vector<std::string>& texts, const Alphabet& alphabet = kChinese) {
  std::vector<Character> characters;
  for (const std::string& text : texts) characters.push_back({text, 0, 4, 0.5F});
  widen_commas(characters, alphabet);
  return Hypothesis{std::move(characters)}.text();
}

TEST(FullWidthMarks, CommasBehindChineseCharacters) {
  EXPECT_EQ(widened({"文", ",", "字"}), "文，字");
  EXPECT_EQ(widened({"文", ","}), "文，");
  EXPECT_EQ(widened({"文", ",", "1", ",", "文", ",", ","}), "文，1,文，,");
}

TEST(FullWidthMarks, OthersStay) {
  EXPECT_EQ(widened({}), "");
  EXPECT_EQ(widened({",", "文", ":", "a", ",", "文"}), ",文:a,文");
  EXPECT_EQ(widened({"文", ",", " ", "字"}), "文, 字");
  EXPECT_EQ(widened({"文", ",", "a"}, kLatin), "文,a");
}

}  // namespace
}  // namespace ocrbatch::recognizer
