#include "recognizer/ctc_decoder.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "recognizer/hypothesis.h"

namespace ocrbatch::recognizer {
namespace {

// Logits whose argmax follows `labels`, with probability `sure` at each frame.
torch::Tensor logits_of(const std::vector<int>& labels, int classes, const std::vector<double>& sure) {
  torch::Tensor p = torch::empty({1, static_cast<int64_t>(labels.size()), classes}, torch::kDouble);
  for (std::size_t t = 0; t < labels.size(); ++t) {
    p[0][static_cast<int64_t>(t)].fill_((1 - sure[t]) / (classes - 1));
    p[0][static_cast<int64_t>(t)][labels[t]] = sure[t];
  }
  return torch::log(p).to(torch::kFloat);
}

TEST(CtcDecoder, MergesRepeatsDropsBlanksAndKeepsFrames) {
  const auto lines =
      decode_greedy(logits_of({0, 2, 2, 0, 2, 1, 1, 0}, 3, {0.9, 0.5, 0.7, 0.9, 0.8, 0.6, 0.95, 0.9}), {8});
  ASSERT_EQ(lines.size(), 1U);
  ASSERT_EQ(lines[0].size(), 3U);
  EXPECT_EQ(lines[0][0].label, 2);
  EXPECT_EQ(lines[0][0].first_frame, 1);
  EXPECT_EQ(lines[0][0].last_frame, 2);
  EXPECT_NEAR(lines[0][0].confidence, 0.7, 1e-5);
  EXPECT_EQ(lines[0][1].label, 2);  // the blank between keeps the two apart
  EXPECT_EQ(lines[0][2].label, 1);
  EXPECT_EQ(lines[0][2].first_frame, 5);
  EXPECT_EQ(lines[0][2].last_frame, 6);
}

TEST(CtcDecoder, FramesBeyondALinesOwnAreNotRead) {
  const auto lines = decode_greedy(logits_of({1, 0, 2, 2}, 3, {0.9, 0.9, 0.9, 0.9}), {2});
  ASSERT_EQ(lines[0].size(), 1U);
  EXPECT_EQ(lines[0][0].label, 1);
}

TEST(CtcDecoder, CharactersCoverTheirColumns) {
  const Alphabet alphabet({"a", "b"});
  const Hypothesis hypothesis = to_hypothesis(
      to_columns({{1, 0, 0, 0.5F}, {2, 3, 4, 0.5F}}, {.pixels_per_frame = 4, .first_px = 24}), alphabet);
  EXPECT_EQ(hypothesis.text(), "ab");
  EXPECT_DOUBLE_EQ(hypothesis.probability(), 0.25);
  EXPECT_FLOAT_EQ(hypothesis.characters[1].x0_px, 36.0F);
  EXPECT_FLOAT_EQ(hypothesis.characters[1].x1_px, 44.0F);
}

}  // namespace
}  // namespace ocrbatch::recognizer
