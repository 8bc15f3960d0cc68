#include "pipeline/layout/upright_runs.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "pipeline/layout/components.h"

namespace ocrbatch::pipeline {
namespace {

// Blots of many sizes, some across the edges, and single pixels.
cv::Mat blots(cv::Size size, int seed) {
  cv::Mat ink(size, CV_8UC1, cv::Scalar(0));
  cv::RNG random(static_cast<std::uint64_t>(seed));
  for (int i = 0; i < size.area() / 60 + 1; ++i) {
    const cv::Rect blot(random.uniform(-3, size.width), random.uniform(-3, size.height), random.uniform(1, 9),
                        random.uniform(1, 14));
    ink(blot & cv::Rect({}, size)).setTo(255);
  }
  return ink;
}

// `image` with each column's stretches of `value` that `is_to_change` turned over; whether the image's edge
// ends them is told, too.
template <class Predicate>
cv::Mat turned_over(const cv::Mat& image, int value, const Predicate& is_to_change) {
  cv::Mat changed = image.clone();
  for (int x = 0; x < image.cols; ++x) {
    for (int begin = 0, end = 0; begin < image.rows; begin = end) {
      const int here = image.at<uchar>(begin, x);
      while (end < image.rows && image.at<uchar>(end, x) == here) ++end;
      if (here == value && is_to_change(end - begin, begin == 0 || end == image.rows))
        changed.col(x).rowRange(begin, end).setTo(255 - value);
    }
  }
  return changed;
}

void expect_same(const cv::Mat& actual, const cv::Mat& expected, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  EXPECT_EQ(cv::countNonZero(actual != expected), 0) << what;
}

const cv::Size kSizes[] = {{1, 1}, {1, 40}, {5, 2}, {16, 9}, {131, 77}};

TEST(UprightRuns, LengthenedIsADilationByAColumn) {
  for (const cv::Size size : kSizes) {
    const cv::Mat ink = blots(size, 3);
    cv::Mat expected;
    cv::dilate(ink, expected, cv::getStructuringElement(cv::MORPH_RECT, {1, 3}));
    expect_same(lengthen_upright(ink), expected, cv::format("%d x %d", size.width, size.height));
  }
}

TEST(UprightRuns, ShortOnesGo) {
  for (const cv::Size size : kSizes) {
    const cv::Mat ink = blots(size, 4);
    for (const int length : {1, 2, 3, 6, 7, 30, 255})
      expect_same(long_upright_runs(ink, length),
                  turned_over(ink, 255, [&](int pixels, bool) { return pixels < length; }),
                  cv::format("%d x %d, %d", size.width, size.height, length));
  }
}

TEST(UprightRuns, ShortGapsAreFilled) {
  for (const cv::Size size : kSizes) {
    const cv::Mat ink = blots(size, 5);
    for (const int longest : {0, 1, 4, 5, 40, 254})
      expect_same(
          fill_upright_gaps(ink, longest),
          turned_over(ink, 0, [&](int pixels, bool is_at_edge) { return pixels <= longest && !is_at_edge; }),
          cv::format("%d x %d, %d", size.width, size.height, longest));
  }
}

TEST(Components, AreThoseThatOpenCvFinds) {
  for (const cv::Size size : kSizes) {
    const cv::Mat ink = blots(size, 6);
    cv::Mat labels, stats, centres;
    const int count = cv::connectedComponentsWithStats(ink, labels, stats, centres, 8);
    const std::vector<Component> components = find_components(ink);
    ASSERT_EQ(static_cast<int>(components.size()), count - 1);
    for (const Component& component : components) {
      // The first pixel of its first row belongs to it and to no other.
      const cv::Rect& box = component.box;
      int label = 0;
      for (int x = box.x; x < box.br().x && label == 0; ++x) {
        const int candidate = labels.at<int>(box.y, x);
        if (candidate > 0 && stats.at<int>(candidate, cv::CC_STAT_LEFT) == box.x &&
            stats.at<int>(candidate, cv::CC_STAT_TOP) == box.y)
          label = candidate;
      }
      ASSERT_GT(label, 0) << box;
      EXPECT_EQ(stats.at<int>(label, cv::CC_STAT_WIDTH), box.width);
      EXPECT_EQ(stats.at<int>(label, cv::CC_STAT_HEIGHT), box.height);
      EXPECT_EQ(stats.at<int>(label, cv::CC_STAT_AREA), component.pixels);
    }
  }
}

}  // namespace
}  // namespace ocrbatch::pipeline
