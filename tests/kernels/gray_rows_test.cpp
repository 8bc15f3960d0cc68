#include "kernels/gray_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ocrbatch::kernels {
namespace {

// Every gray value once, and on to an odd length.
std::vector<std::uint8_t> grays(std::size_t count) {
  std::vector<std::uint8_t> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::uint8_t>(i * 7);
  return values;
}

TEST(GrayRows, DepthsAreBelowThePaper) {
  for (const std::size_t count : {0, 1, 15, 64, 300, 1001}) {
    const std::vector<std::uint8_t> row = grays(count);
    std::vector<std::uint8_t> paper = grays(count), depths(count);
    std::ranges::reverse(paper);
    for (const bool inverted : {false, true}) {
      depths_of(row.data(), paper.data(), static_cast<int>(count), inverted, depths.data());
      for (std::size_t i = 0; i < count; ++i)
        ASSERT_EQ(depths[i], std::max(0, paper[i] - (inverted ? 255 - row[i] : row[i])))
            << i << " of " << count;
    }
  }
}

TEST(GrayRows, StretchingRoundsDown) {
  const std::vector<std::uint8_t> depths = grays(301);
  std::vector<std::uint8_t> stretched(depths.size());
  for (int low = 0; low < 255; ++low) {
    for (int high = low + 1; high <= 255; ++high) {
      stretch(depths.data(), static_cast<int>(depths.size()), low, high, stretched.data());
      for (std::size_t i = 0; i < depths.size(); ++i)
        ASSERT_EQ(stretched[i], std::clamp((depths[i] - low) * 255 / (high - low), 0, 255))
            << int{depths[i]} << " between " << low << " and " << high;
    }
  }
}

TEST(GrayRows, EvenedOutIsTheShareOfThePaper) {
  for (const std::size_t count : {0, 1, 17, 64, 301}) {
    const std::vector<std::uint8_t> row = grays(count);
    std::vector<std::uint8_t> paper(count), even(count);
    for (int shift = 0; shift < 255; ++shift) {
      for (std::size_t i = 0; i < count; ++i) paper[i] = static_cast<std::uint8_t>(1 + (i + shift) % 255);
      even_out(row.data(), paper.data(), static_cast<int>(count), 230, even.data());
      for (std::size_t i = 0; i < count; ++i)
        ASSERT_EQ(even[i], std::min(255L, std::lrint(230.0 * row[i] / paper[i])))
            << int{row[i]} << " on " << int{paper[i]};
    }
  }
}

TEST(GrayRows, EdgesAreWhereInkBeginsAndEnds) {
  for (const std::size_t count : {0, 1, 2, 7, 8, 63, 64, 65, 127, 128, 200, 1001}) {
    // Runs of one to a hundred pixels, at an end and across the words that are looked at together.
    for (const std::size_t longest : {1, 3, 100}) {
      for (const bool starts_in_ink : {false, true}) {
        std::vector<std::uint8_t> row(count);
        bool is_ink = starts_in_ink;
        for (std::size_t x = 0, run = 1; x < count; is_ink = !is_ink, run = 1 + run * 7 % longest)
          for (const std::size_t end = std::min(count, x + run); x < end; ++x)
            row[x] = is_ink ? static_cast<std::uint8_t>(1 + x % 255) : 0;
        std::vector<int> expected, edges(count + 1);
        for (std::size_t x = 0; x <= count; ++x)
          if ((x > 0 && row[x - 1] != 0) != (x < count && row[x] != 0))
            expected.push_back(static_cast<int>(x));
        edges.resize(static_cast<std::size_t>(find_edges(row.data(), static_cast<int>(count), edges.data())));
        EXPECT_EQ(edges, expected) << count << " pixels, runs up to " << longest;
      }
    }
  }
}

TEST(GrayRows, BetweenCentresAreEqualSteps) {
  // All pairs of gray values, one after another.
  std::vector<std::uint16_t> centres;
  for (int from = 0; from < 256; from += 3)
    for (int to = 0; to < 256; to += 5)
      for (const int value : {from, to}) centres.push_back(static_cast<std::uint16_t>(value * kCentreScale));
  const std::size_t count = centres.size() - 1;
  std::vector<std::uint8_t> between(count * kBetween);
  fill_between(centres.data(), static_cast<int>(count), between.data());
  for (std::size_t i = 0; i < between.size(); ++i) {
    const double from = centres[i / kBetween] / 16.0, to = centres[i / kBetween + 1] / 16.0;
    const double share = (static_cast<double>(i % kBetween) + 0.5) / kBetween;
    ASSERT_EQ(between[i], std::floor(from + share * (to - from) + 0.5)) << from << " to " << to;
  }
}

}  // namespace
}  // namespace ocrbatch::kernels
