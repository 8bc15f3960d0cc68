#include "recognizer/error_rates.h"

#include <gtest/gtest.h>

namespace ocrbatch::recognizer {
namespace {

TEST(ErrorRates, AddsUpOverLinesBeforeDividing) {
  ErrorRates rates;
  rates.add("abcd", "abxd");       // 1 of 4
  rates.add("ab cd ef", "ab cd");  // 3 of 8; one word of three
  EXPECT_DOUBLE_EQ(rates.cer(), 4.0 / 12.0);
  EXPECT_DOUBLE_EQ(rates.wer(), 2.0 / 4.0);
  EXPECT_DOUBLE_EQ(rates.lines_right(), 0.0);
}

TEST(ErrorRates, CountsCodePointsNotBytes) {
  ErrorRates rates;
  rates.add("éé", "éa");
  EXPECT_DOUBLE_EQ(rates.cer(), 0.5);
}

TEST(ErrorRates, NamesConfusionsInsertionsAndDeletions) {
  ErrorRates rates;
  for (int i = 0; i < 3; ++i) rates.add("rn", "m");
  rates.add("l", "1");
  rates.add("a", "ab");
  const auto worst = rates.worst_confusions(10);
  ASSERT_EQ(worst.size(), 4U);
  std::uint64_t total = 0;
  for (const auto& confusion : worst) total += confusion.count;
  EXPECT_EQ(total, 8U);  // every edit of every line: 2 each for rn -> m, and one each for the others
  EXPECT_EQ(worst[0].count, 3U);
}

TEST(ErrorRates, NothingReadIsAllWrongAndNoTextIsAllRight) {
  ErrorRates rates;
  rates.add("", "");
  EXPECT_DOUBLE_EQ(rates.cer(), 0.0);
  EXPECT_DOUBLE_EQ(rates.lines_right(), 1.0);
  rates.add("abc", "");
  EXPECT_DOUBLE_EQ(rates.cer(), 1.0);
}

}  // namespace
}  // namespace ocrbatch::recognizer
