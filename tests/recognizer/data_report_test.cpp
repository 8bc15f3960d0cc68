#include "recognizer/train/data_report.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace ocrbatch::recognizer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A line of `shade` per entry; an empty shade throws.
struct Sample {
  std::string text;
  int shade = 0, width_px = 40;
};
class SampleLines : public LineSource {
 public:
  explicit SampleLines(std::vector<Sample> samples, bool endless = false)
      : samples_(std::move(samples)), endless_(endless) {}
  std::optional<std::uint64_t> size() const override {
    return endless_ ? std::nullopt : std::optional<std::uint64_t>(samples_.size());
  }
  LabeledLine get(std::uint64_t index) const override {
    const Sample& sample = samples_[index % samples_.size()];
    if (sample.shade < 0) throw std::runtime_error("line " + std::to_string(index) + ": is broken");
    return {cv::Mat(8, sample.width_px, CV_8UC1, cv::Scalar(sample.shade)), sample.text,
            "line " + std::to_string(index)};
  }

 private:
  std::vector<Sample> samples_;
  bool endless_;
};

const Alphabet kLetters({"a", "b", " "});
bool ten_px_a_label(int width_px, const std::vector<int>& labels) {
  return width_px >= 10 * static_cast<int>(labels.size());
}

std::uint64_t count(const SourceReport& report, DataProblem problem) {
  return report.problems[static_cast<std::size_t>(problem)];
}

TEST(DataCheck, EachProblemIsCountedListedAndLeftOutOrKept) {
  DataCheck check(kLetters, ten_px_a_label, 2);
  const SampleLines lines(
      {{"ab", 1}, {"", 2}, {"ab", -1}, {"axbx", 3}, {"aaaaa", 4}, {"xyz", 5}, {"a b", 6}});
  const SourceReport report = check.look_at(lines, "mine", false);
  EXPECT_EQ(report.lines, 7U);
  EXPECT_EQ(count(report, DataProblem::kUnreadable), 1U);
  EXPECT_EQ(count(report, DataProblem::kEmptyLabel), 2U);  // the empty one, and one all outside the alphabet
  EXPECT_EQ(count(report, DataProblem::kTooShort), 1U);
  EXPECT_EQ(count(report, DataProblem::kUnknownLetter), 2U);
  EXPECT_THAT(report.usable, ElementsAre(0, 3, 6));
  EXPECT_THAT(report.readable, ElementsAre(0, 1, 3, 4, 5, 6));
  ASSERT_EQ(check.unknown_characters().size(), 3U);
  EXPECT_EQ(check.unknown_characters().at("x").count, 3U);
  EXPECT_EQ(check.unknown_characters().at("x").example, "axbx");
  EXPECT_EQ(check.unknown_characters().at("x").line, "line 3");
  std::vector<std::string> listed;
  for (const DataFinding& finding : check.findings())
    listed.push_back(std::string(data_problem_name(finding.problem)) + ": " + finding.line);
  EXPECT_THAT(listed, ElementsAre("empty_label: line 1", "unreadable: line 2: is broken",
                                  "unknown_characters: line 3", "too_short: line 4",
                                  "unknown_characters: line 5", "empty_label: line 5"));
}

TEST(DataCheck, ValidationLinesThatAreTrainingLinesAreNamed) {
  DataCheck check(kLetters, ten_px_a_label, 1);
  check.look_at(SampleLines({{"a", 1}, {"b", 2}, {"a", 3}}), "train", false);
  const SourceReport report = check.look_at(SampleLines({{"a", 7}, {"b", 2}, {"b", 2, 41}}), "val", true);
  EXPECT_EQ(count(report, DataProblem::kDuplicate), 1U);
  ASSERT_EQ(check.findings().size(), 1U);
  EXPECT_EQ(check.findings()[0].line, "line 1 = line 1");
  EXPECT_THAT(report.readable, ElementsAre(0, 1, 2));
}

TEST(DataCheck, PercentilesOfWidthsAndLengths) {
  DataCheck check(kLetters, {}, 3);
  std::vector<Sample> samples;
  for (int i = 1; i <= 101; ++i)
    samples.push_back({std::string(static_cast<std::size_t>(i), 'a'), i % 200, 1000 + i});
  const SourceReport report = check.look_at(SampleLines(samples), "mine", false);
  EXPECT_THAT(report.widths_px, ElementsAre(1002, 1051, 1100, 1101));
  EXPECT_THAT(report.characters, ElementsAre(2, 51, 100, 101));
  EXPECT_THAT(check.findings(), IsEmpty());
}

TEST(DataCheck, CharactersAreCountedAsCodePoints) {
  DataCheck check(Alphabet({"é"}), {}, 1);
  EXPECT_EQ(check.look_at(SampleLines({{"ééé", 1}}), "mine", false).characters[3], 3);
}

TEST(DataCheck, OfEndlessLinesASampleIsLookedAt) {
  DataCheck check(kLetters, {}, 2);
  const SourceReport report = check.look_at(SampleLines({{"a", 1}}, /*endless=*/true), "synth", false);
  EXPECT_TRUE(report.sample);
  EXPECT_EQ(report.lines, DataCheck::kSampleLines);
}

TEST(DataCheck, StopsWhenTold) {
  DataCheck check(kLetters, {}, 2);
  const SourceReport report =
      check.look_at(SampleLines({{"a", 1}, {"a", -1}}), "mine", false, [] { return true; });
  EXPECT_EQ(report.lines, 0U);
  EXPECT_THAT(check.findings(), IsEmpty());
}

}  // namespace
}  // namespace ocrbatch::recognizer
