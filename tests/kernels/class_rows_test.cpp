#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/class_rows_cpu.h"

namespace ocrbatch::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Sizes around those of vectors, and that of an alphabet.
constexpr std::int64_t kSizes[] = {1, 2, 7, 8, 15, 16, 17, 31, 33, 378};

std::vector<float> numbers(std::int64_t count, float scale) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0, scale);
  std::vector<float> made(static_cast<std::size_t>(count));
  for (float& x : made) x = normal(random);
  return made;
}

TEST(ClassRows, LogSoftmaxIsThatOfTheDefinition) {
  constexpr std::int64_t kRows = 3;
  for (const std::int64_t classes : kSizes) {
    // Logits of an unsure and of a very sure network; the second one's sums are of many that hardly count.
    for (const float scale : {1.0F, 40.0F}) {
      const std::vector<float> x = numbers(kRows * classes, scale);
      std::vector<float> to(x.size());
      log_softmax_rows_cpu(x.data(), kRows, classes, to.data());
      for (std::int64_t row = 0; row < kRows; ++row) {
        const float* const from = x.data() + row * classes;
        double sum = 0;
        const double largest = *std::max_element(from, from + classes);
        for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(from[c] - largest);
        for (std::int64_t c = 0; c < classes; ++c) {
          const double expected = from[c] - largest - std::log(sum);
          EXPECT_NEAR(to[static_cast<std::size_t>(row * classes + c)], expected,
                      2e-6 + 2e-6 * std::abs(expected) + 1e-6 * std::abs(largest))
              << classes << " classes, class " << c;
        }
      }
    }
  }
}

TEST(ClassRows, ImpossibleClassesStayImpossible) {
  const std::vector<float> x = {-kInfinity, 2, -kInfinity, 2};
  std::vector<float> to(x.size());
  log_softmax_rows_cpu(x.data(), 1, 4, to.data());
  EXPECT_EQ(to[0], -kInfinity);
  EXPECT_NEAR(to[1], -std::log(2.0), 1e-6);
}

TEST(ClassRows, WhatIsNoNumberStaysNone) {
  const std::vector<float> x = {1, NAN, 2, kInfinity, 0, 0};
  std::vector<float> to(x.size());
  log_softmax_rows_cpu(x.data(), 2, 3, to.data());
  EXPECT_TRUE(std::isnan(to[1]));
  EXPECT_TRUE(std::isnan(to[3]));
}

TEST(ClassRows, ColumnsAboveALimitAreFoundInOrder) {
  for (const std::int64_t columns : kSizes) {
    const std::vector<float> row = numbers(columns, 1);
    for (const float limit : {-9.0F, -0.5F, 0.3F, 1.5F, 9.0F, row.back()}) {
      std::vector<int> expected, found(row.size());
      for (std::size_t c = 0; c < row.size(); ++c)
        if (row[c] > limit) expected.push_back(static_cast<int>(c));
      found.resize(static_cast<std::size_t>(columns_above_cpu(row.data(), columns, limit, found.data())));
      EXPECT_EQ(found, expected) << columns << " columns above " << limit;
    }
  }
  // Neither is what is no number above anything, nor what fills the last vector up.
  const std::vector<float> row = {NAN, 1, NAN};
  std::vector<int> found(row.size());
  EXPECT_EQ(columns_above_cpu(row.data(), 3, -kInfinity, found.data()), 1);
  EXPECT_EQ(found[0], 1);
}

}  // namespace
}  // namespace ocrbatch::kernels
