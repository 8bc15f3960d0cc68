#include "recognizer/ctc_beam_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "recognizer/alphabet.h"

namespace ocrbatch::recognizer {
namespace {

using Rows = std::vector<float>;  // log probabilities, (frames, classes)

Rows logarithms(std::vector<double> probabilities) {
  Rows rows;
  for (const double p : probabilities) rows.push_back(static_cast<float>(std::log(p)));
  return rows;
}

// Peaked like a network's or flat, by `sharpness`.
Rows random_rows(int frames, int classes, double sharpness, std::mt19937& random) {
  std::normal_distribution<double> normal;
  Rows rows;
  for (int t = 0; t < frames; ++t) {
    std::vector<double> weights;
    double sum = 0;
    for (int c = 0; c < classes; ++c) sum += weights.emplace_back(std::exp(sharpness * normal(random)));
    for (const double weight : weights) rows.push_back(static_cast<float>(std::log(weight / sum)));
  }
  return rows;
}

std::vector<int> collapsed(const std::vector<int>& path) {
  std::vector<int> labels;
  for (std::size_t t = 0; t < path.size(); ++t) {
    if (path[t] != Alphabet::kBlank && (t == 0 || path[t] != path[t - 1])) labels.push_back(path[t]);
  }
  return labels;
}

// The definition: every path, its probability added to that of what it spells.
std::map<std::vector<int>, double> all_labelings(const Rows& rows, int frames, int classes) {
  std::map<std::vector<int>, double> labelings;
  std::vector<int> path(static_cast<std::size_t>(frames), 0);
  for (;;) {
    double log_probability = 0;
    for (std::size_t t = 0; t < path.size(); ++t)
      log_probability += rows[t * static_cast<std::size_t>(classes) + static_cast<std::size_t>(path[t])];
    labelings[collapsed(path)] += std::exp(log_probability);
    std::size_t t = 0;
    while (t < path.size() && ++path[t] == classes) path[t++] = 0;
    if (t == path.size()) return labelings;
  }
}

std::vector<int> likeliest(const std::map<std::vector<int>, double>& labelings) {
  const auto best = std::max_element(labelings.begin(), labelings.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return best->first;
}

std::vector<int> greedy(const Rows& rows, int frames, int classes) {
  std::vector<int> path;
  for (int t = 0; t < frames; ++t) {
    const auto row = rows.begin() + t * classes;
    path.push_back(static_cast<int>(std::max_element(row, row + classes) - row));
  }
  return collapsed(path);
}

// Nothing left aside.
Decoding exact(int beam_width) {
  Decoding decoding;
  decoding.beam_width = beam_width;
  decoding.min_label_log_probability = -1e30F;
  decoding.max_labels_per_frame = 1000;
  decoding.skip_blank_from = 1;
  decoding.beam_reach = std::numeric_limits<float>::infinity();
  return decoding;
}

TEST(CtcBeamSearch, AWideBeamFindsTheLikeliestOfAllLabelings) {
  std::mt19937 random(11);
  int other_than_greedy = 0;
  for (int round = 0; round < 300; ++round) {
    const int frames = 1 + static_cast<int>(random() % 6), classes = 2 + static_cast<int>(random() % 3);
    const Rows rows = random_rows(frames, classes, 0.2 + 0.01 * (round % 100), random);
    const std::vector<int> expected = likeliest(all_labelings(rows, frames, classes));
    EXPECT_EQ(CtcBeamSearch(exact(4000)).best_labels(rows.data(), frames, classes), expected) << round;
    if (expected != greedy(rows, frames, classes)) ++other_than_greedy;
  }
  EXPECT_GT(other_than_greedy, 30);  // or the test would show nothing
}

TEST(CtcBeamSearch, SeveralPathsOutweighTheBestOne) {
  // Greedy reads nothing (0.6 x 0.6 = 0.36); "a" has three paths (0.4 x 0.6 + 0.6 x 0.4 + 0.4 x 0.4 = 0.64).
  const Rows rows = logarithms({0.6, 0.4, 0.6, 0.4});
  EXPECT_EQ(greedy(rows, 2, 2), std::vector<int>());
  EXPECT_EQ(CtcBeamSearch(exact(2)).best_labels(rows.data(), 2, 2), std::vector<int>{1});
}

TEST(CtcBeamSearch, AllReadingsHaveTheirProbabilitiesBestFirst) {
  std::mt19937 random(14);
  const Rows rows = random_rows(5, 3, 0.7, random);
  const auto labelings = all_labelings(rows, 5, 3);
  const auto readings = CtcBeamSearch(exact(4000)).readings(rows.data(), 5, 3);
  ASSERT_EQ(readings.size(), labelings.size());
  for (std::size_t i = 0; i < readings.size(); ++i) {
    EXPECT_NEAR(std::exp(readings[i].score), labelings.at(readings[i].labels), 1e-5);
    EXPECT_LE(readings[i].score, readings[i - (i > 0 ? 1 : 0)].score);
  }
}

TEST(CtcBeamSearch, ABlankThatIsSkippedStillParts) {
  Decoding skipping = exact(4);
  skipping.skip_blank_from = 0.99F;
  const Rows parted = logarithms({0.1, 0.9, 0.999, 0.001, 0.1, 0.9});
  EXPECT_EQ(CtcBeamSearch(skipping).best_labels(parted.data(), 3, 2), (std::vector<int>{1, 1}));
  const Rows held = logarithms({0.1, 0.9, 0.1, 0.9, 0.1, 0.9});
  EXPECT_EQ(CtcBeamSearch(skipping).best_labels(held.data(), 3, 2), std::vector<int>{1});
}

TEST(CtcBeamSearch, WhatItLeavesAsideChangesNothingWhereTheNetworkIsSure) {
  std::mt19937 random(12);
  for (int round = 0; round < 200; ++round) {
    const Rows rows = random_rows(40, 30, 3, random);
    Decoding usual;
    usual.beam_width = 8;
    EXPECT_EQ(CtcBeamSearch(usual).best_labels(rows.data(), 40, 30),
              CtcBeamSearch(exact(8)).best_labels(rows.data(), 40, 30))
        << round;
  }
}

TEST(CtcBeamSearch, ALineReadsTheSameAfterAnyOther) {
  std::mt19937 random(13);
  CtcBeamSearch reused(exact(8));
  for (int round = 0; round < 50; ++round) {
    const int frames = 1 + static_cast<int>(random() % 60);
    const Rows rows = random_rows(frames, 12, 1.5, random);
    EXPECT_EQ(reused.best_labels(rows.data(), frames, 12),
              CtcBeamSearch(exact(8)).best_labels(rows.data(), frames, 12));
  }
}

TEST(CtcBeamSearch, EqualsGoToTheFirst) {
  const Rows rows = logarithms({0.2, 0.4, 0.4});
  for (const int width : {1, 2, 3, 8})
    EXPECT_EQ(CtcBeamSearch(exact(width)).best_labels(rows.data(), 1, 3), std::vector<int>{1}) << width;
}

TEST(CtcBeamSearch, NoFramesGiveNoLabels) {
  EXPECT_TRUE(CtcBeamSearch(exact(8)).best_labels(nullptr, 0, 5).empty());
}

}  // namespace
}  // namespace ocrbatch::recognizer
