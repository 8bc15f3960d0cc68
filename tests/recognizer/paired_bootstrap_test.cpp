#include "recognizer/paired_bootstrap.h"

#include <gmock/gmock.h>

namespace ocrbatch::recognizer {
namespace {

TEST(PairedBootstrap, AGainOnEveryLineIsSureAndExact) {
  const std::vector<PairedLine> lines(50, {4, 3, 100});
  const CerChange change = paired_bootstrap(lines);
  EXPECT_DOUBLE_EQ(change.old_cer, 0.04);
  EXPECT_DOUBLE_EQ(change.new_cer, 0.03);
  EXPECT_DOUBLE_EQ(change.low, change.difference());
  EXPECT_DOUBLE_EQ(change.high, change.difference());
}

TEST(PairedBootstrap, AGainThatRestsOnOneLineIsNotSure) {
  std::vector<PairedLine> lines(50, {2, 2, 100});
  lines[7].new_errors = 0;
  const CerChange change = paired_bootstrap(lines);
  EXPECT_LT(change.difference(), 0);
  EXPECT_LT(change.low, 0);
  EXPECT_EQ(change.high, 0);  // without that line there is no difference
}

TEST(PairedBootstrap, LinesThatBothFindHardDoNotWidenTheInterval) {
  std::vector<PairedLine> lines;
  for (std::uint64_t i = 0; i < 100; ++i) lines.push_back({1 + i % 40, i % 40, 50});  // always one fewer
  const CerChange change = paired_bootstrap(lines);
  EXPECT_NEAR(change.high, change.low, 1e-12);
}

// Half of the lines gain one error in 10 characters, half lose one: the standard error of the mean over n
// lines is 0.1 / sqrt(n), and 95 % lie within 1.96 of it.
TEST(PairedBootstrap, TheIntervalIsAsWideAsTheoryHasIt) {
  std::vector<PairedLine> lines;
  for (int i = 0; i < 400; ++i) lines.push_back(i % 2 == 0 ? PairedLine{1, 2, 10} : PairedLine{2, 1, 10});
  const CerChange change = paired_bootstrap(lines);
  EXPECT_NEAR(change.high, 1.96 * 0.1 / 20, 0.0005);
  EXPECT_NEAR(change.low, -1.96 * 0.1 / 20, 0.0005);
}

TEST(PairedBootstrap, IsTheSameEveryTimeAndAnotherOneForAnotherSeed) {
  std::vector<PairedLine> lines;
  for (std::uint64_t i = 0; i < 60; ++i) lines.push_back({i * 7 % 5, i * 3 % 4, 20 + i % 30});
  const CerChange first = paired_bootstrap(lines, 1000, 5), again = paired_bootstrap(lines, 1000, 5),
                  other = paired_bootstrap(lines, 1000, 6);
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
  EXPECT_TRUE(first.low != other.low || first.high != other.high);
}

TEST(PairedBootstrap, NoLinesAreNoDifference) {
  EXPECT_EQ(paired_bootstrap({}).high, 0);
  EXPECT_EQ(paired_bootstrap({{3, 1, 0}}).high, 0);
}

}  // namespace
}  // namespace ocrbatch::recognizer
