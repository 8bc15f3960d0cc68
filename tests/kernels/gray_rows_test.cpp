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

}  // namespace
}  // namespace ocrbatch::kernels
