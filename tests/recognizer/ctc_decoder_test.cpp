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

TEST(CtcDecoder, HalfPrecisionAndBadNumbersAreRead) {
  torch::Tensor logits = logits_of({1, 0, 2}, 20, {0.9, 0.9, 0.9});
  Decoding beam;
  beam.beam_width = 4;
  EXPECT_EQ(decode_greedy(logits.to(torch::kBFloat16), {3})[0].size(), 2U);
  EXPECT_EQ(decode_beam(logits.to(torch::kBFloat16), {3}, beam)[0].size(), 2U);
  logits[0][1].fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(decode_greedy(logits, {3})[0].size(), 2U);
  decode_beam(logits, {3}, beam);
}

TEST(CtcDecoder, ABeamThatAgreesGivesGreedysFramesAndConfidences) {
  torch::manual_seed(2);
  Decoding beam;
  beam.beam_width = 4;
  int lines = 0;
  for (int round = 0; round < 40; ++round) {
    const torch::Tensor logits = 6 * torch::randn({3, 30, 9});
    const std::vector<int> frames = {30, 17, 1};
    const auto greedy = decode_greedy(logits, frames), found = decode_beam(logits, frames, beam);
    ASSERT_EQ(found.size(), 3U);
    for (std::size_t b = 0; b < 3; ++b) {
      const auto same = [](const CtcLabel& x, const CtcLabel& y) { return x.label == y.label; };
      if (!std::equal(greedy[b].begin(), greedy[b].end(), found[b].begin(), found[b].end(), same)) continue;
      ++lines;
      for (std::size_t i = 0; i < found[b].size(); ++i) {
        EXPECT_EQ(found[b][i].first_frame, greedy[b][i].first_frame);
        EXPECT_EQ(found[b][i].last_frame, greedy[b][i].last_frame);
        EXPECT_NEAR(found[b][i].confidence, greedy[b][i].confidence, 1e-5);
      }
    }
  }
  EXPECT_GT(lines, 60);
}

TEST(CtcDecoder, ABeamReadsALineTheSameInAnyBatch) {
  torch::manual_seed(3);
  Decoding beam;
  beam.beam_width = 4;
  const torch::Tensor logits = 2 * torch::randn({5, 40, 9});
  const std::vector<int> frames = {40, 31, 40, 5, 22};
  const auto together = decode_beam(logits, frames, beam);
  for (int64_t b = 0; b < 5; ++b) {
    const auto i = static_cast<std::size_t>(b);
    const auto alone = decode_beam(logits.slice(0, b, b + 1), {frames[i]}, beam)[0];
    ASSERT_EQ(alone.size(), together[i].size());
    for (std::size_t k = 0; k < alone.size(); ++k) {
      EXPECT_EQ(alone[k].label, together[i][k].label);
      EXPECT_EQ(alone[k].first_frame, together[i][k].first_frame);
      EXPECT_EQ(alone[k].confidence, together[i][k].confidence);
    }
  }
}

TEST(CtcDecoder, ABeamSaysWhatItsReadingsAgreeOn) {
  // The first and the last letter are sure, and in between one of two.
  torch::Tensor logits = logits_of({1, 0, 2, 0, 3}, 5, {0.999, 0.999, 0.6, 0.999, 0.999});
  logits[0][2] = torch::log(torch::tensor({0.0001, 0.0001, 0.6, 0.0001, 0.3997}));
  Decoding beam;
  beam.beam_width = 4;
  const auto read = decode_beam(logits, {5}, beam)[0];
  ASSERT_EQ(read.size(), 3U);
  EXPECT_NEAR(read[0].agreement, 1, 0.01);
  EXPECT_NEAR(read[1].agreement, 0.6, 0.01);
  EXPECT_NEAR(read[2].agreement, 1, 0.01);
  EXPECT_EQ(to_hypothesis(to_columns(read, {}), Alphabet({"a", "b", "c", "d"}), 32).characters[1].agreement,
            read[1].agreement);
  const auto greedy = decode_greedy(logits, {5});
  for (const CtcLabel& label : greedy[0]) EXPECT_EQ(label.agreement, 1);
}

TEST(CtcDecoder, CharactersCoverTheirColumns) {
  const Alphabet alphabet({"a", "b"});
  const Hypothesis hypothesis = to_hypothesis(
      to_columns({{1, 0, 0, 0.5F}, {2, 3, 4, 0.5F}}, {.pixels_per_frame = 4, .first_px = 24}), alphabet, 32);
  EXPECT_EQ(hypothesis.text(), "ab");
  EXPECT_DOUBLE_EQ(hypothesis.probability(), 0.25);
  EXPECT_FLOAT_EQ(hypothesis.characters[1].x0_px, 36.0F);
  EXPECT_FLOAT_EQ(hypothesis.characters[1].x1_px, 44.0F);
}

}  // namespace
}  // namespace ocrbatch::recognizer
