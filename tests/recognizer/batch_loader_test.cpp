#include "recognizer/train/batch_loader.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace ocrbatch::recognizer {
namespace {

// Line i is named i; its width varies.
class NumberedLines : public LineSource {
 public:
  explicit NumberedLines(std::optional<std::uint64_t> size) : size_(size) {}
  std::optional<std::uint64_t> size() const override { return size_; }
  LabeledLine get(std::uint64_t index) const override {
    return {cv::Mat::zeros(8, static_cast<int>(10 + index * 37 % 101), CV_8UC1), std::to_string(index), ""};
  }

 private:
  std::optional<std::uint64_t> size_;
};

std::vector<std::string> texts(const std::vector<LabeledLine>& lines) {
  std::vector<std::string> out;
  for (const LabeledLine& line : lines) out.push_back(line.text);
  return out;
}

TEST(BatchLoader, BatchesDoNotDependOnTheNumberOfWorkers) {
  const NumberedLines source(std::nullopt);
  BatchLoader one(source, 5, 1, 3, 0), four(source, 5, 4, 3, 0);
  for (int step = 0; step < 40; ++step) EXPECT_EQ(texts(one.next()), texts(four.next())) << step;
}

TEST(BatchLoader, AResumedRunContinuesWithTheNextBatch) {
  const NumberedLines source(50);
  BatchLoader whole(source, 3, 2, 9, 0);
  std::vector<std::vector<std::string>> expected;
  for (int step = 0; step < 60; ++step) expected.push_back(texts(whole.next()));
  BatchLoader resumed(source, 3, 2, 9, 23);
  for (std::size_t step = 23; step < 60; ++step) EXPECT_EQ(texts(resumed.next()), expected[step]) << step;
}

TEST(BatchLoader, EachEpochOfAFiniteSourceSeesEveryLineOnceInAnotherOrder) {
  constexpr std::size_t kLines = 64;  // a pool holds 16 batches of 2: two pools an epoch
  const NumberedLines source(kLines);
  BatchLoader loader(source, 2, 2, 1, 0);
  std::vector<std::vector<std::string>> epochs(2);
  for (auto& epoch : epochs) {
    while (epoch.size() < kLines) {
      for (const std::string& text : texts(loader.next())) epoch.push_back(text);
    }
    EXPECT_EQ(std::set<std::string>(epoch.begin(), epoch.end()).size(), kLines);
  }
  EXPECT_NE(epochs[0], epochs[1]);
}

TEST(BatchLoader, LinesOfABatchAreOfSimilarWidth) {
  const NumberedLines source(std::nullopt);
  BatchLoader loader(source, 8, 2, 1, 0);
  for (int step = 0; step < BatchLoader::kPoolBatches; ++step) {
    int low = 1000, high = 0;
    for (const LabeledLine& line : loader.next()) {
      low = std::min(low, line.pixels.cols);
      high = std::max(high, line.pixels.cols);
    }
    EXPECT_LE(high - low, 30) << step;
  }
}

TEST(BatchLoader, ABatchOfASmallSourceHasNoLineTwice) {
  const NumberedLines source(8);
  BatchLoader loader(source, 4, 2, 1, 0);
  for (int step = 0; step < 9; ++step) {
    const auto lines = texts(loader.next());
    EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), 4U) << step;
  }
}

TEST(BatchLoader, PartsOfABatchMakeUpTheWholeOne) {
  const NumberedLines source(50);
  BatchLoader whole(source, 6, 2, 9, 4);
  std::vector<std::unique_ptr<BatchLoader>> parts;
  for (int i = 0; i < 3; ++i)
    parts.push_back(std::make_unique<BatchLoader>(source, 6, 2, 9, 4, BatchLoader::Part{i, 3}));
  for (int step = 0; step < 20; ++step) {
    std::multiset<std::string> together;
    for (const auto& part : parts) {
      const auto lines = texts(part->next());
      EXPECT_EQ(lines.size(), 2U);
      together.insert(lines.begin(), lines.end());
    }
    const auto lines = texts(whole.next());
    EXPECT_EQ(together, std::multiset<std::string>(lines.begin(), lines.end())) << step;
  }
}

// Each pool three times before the next one, in another order each time, and the lines of a batch stay
// together.
TEST(BatchLoader, RoundsGoOverAPoolAgain) {
  const NumberedLines source(std::nullopt);
  constexpr int kRounds = 3, kSteps = 2 * kRounds * BatchLoader::kPoolBatches;
  BatchLoader loader(source, 4, 2, 5, 0, {0, 1}, kRounds), plain(source, 4, 2, 5, 0);
  std::vector<std::vector<std::string>> batches;
  for (int step = 0; step < kSteps; ++step) batches.push_back(texts(loader.next()));
  const auto round_of = [&](int round) {
    const auto begin = batches.begin() + round * BatchLoader::kPoolBatches;
    return std::vector(begin, begin + BatchLoader::kPoolBatches);
  };
  const auto sorted = [](std::vector<std::vector<std::string>> round) {
    std::ranges::sort(round);
    return round;
  };
  for (const int first : {0, kRounds}) {
    for (int round = first + 1; round < first + kRounds; ++round) {
      EXPECT_NE(round_of(round), round_of(first));
      EXPECT_EQ(sorted(round_of(round)), sorted(round_of(first)));
    }
  }
  EXPECT_NE(sorted(round_of(0)), sorted(round_of(kRounds)));
  std::vector<std::vector<std::string>> once;
  for (int step = 0; step < BatchLoader::kPoolBatches; ++step) once.push_back(texts(plain.next()));
  EXPECT_EQ(sorted(once), sorted(round_of(0)));

  for (const int begin : {7, BatchLoader::kPoolBatches + 5, kSteps - 3}) {
    BatchLoader resumed(source, 4, 2, 5, begin, {0, 1}, kRounds);
    for (int step = begin; step < std::min(begin + 20, kSteps); ++step)
      EXPECT_EQ(texts(resumed.next()), batches[static_cast<std::size_t>(step)]) << begin << ", " << step;
  }
}

class FailingLines : public LineSource {
 public:
  std::optional<std::uint64_t> size() const override { return std::nullopt; }
  LabeledLine get(std::uint64_t index) const override {
    if (index == 11) throw std::runtime_error("line 11 is broken");
    return {};
  }
};

TEST(BatchLoader, AFailingSourceEndsTheRunWithItsOwnError) {
  const FailingLines source;
  BatchLoader loader(source, 4, 3, 1, 0);
  EXPECT_THAT([&] { loader.next(); }, ::testing::ThrowsMessage<std::runtime_error>("line 11 is broken"));
}

}  // namespace
}  // namespace ocrbatch::recognizer
