#include "kernels/gray_histogram.h"

namespace ocrbatch::kernels {

namespace {

// A counter that was just written is not soon read, and a pixel mostly has its neighbours' gray: some in a
// row are counted apart.
template <int kApart>
GrayHistogram count_apart(const cv::Mat& gray, int row_step) {
  std::array<GrayHistogram, kApart> counts{};
  for (int y = 0; y < gray.rows; y += row_step) {
    const uchar* const row = gray.ptr<uchar>(y);
    int x = 0;
    for (; x + kApart <= gray.cols; x += kApart)
      for (int i = 0; i < kApart; ++i) ++counts[i][row[x + i]];
    for (; x < gray.cols; ++x) ++counts[0][row[x]];
  }
  for (std::size_t i = 1; i < counts.size(); ++i)
    for (std::size_t value = 0; value < counts[i].size(); ++value) counts[0][value] += counts[i][value];
  return counts[0];
}

}  // namespace

GrayHistogram histogram_of(const cv::Mat& gray, int row_step) {
  // Adding eight tables up takes as long as counting some thousand pixels.
  constexpr std::size_t kMany = 1 << 16;
  return gray.total() < kMany ? count_apart<2>(gray, row_step) : count_apart<8>(gray, row_step);
}

int percentile(const GrayHistogram& counts, double share) {
  int total = 0;
  for (int count : counts) total += count;
  int left = static_cast<int>(share * total);
  for (int value = 0; value < 256; ++value) {
    left -= counts[value];
    if (left < 0) return value;
  }
  return 255;
}

TwoClasses split_in_two(const GrayHistogram& counts) {
  double total = 0, sum = 0;
  for (int value = 0; value < 256; ++value) {
    total += counts[value];
    sum += static_cast<double>(value) * counts[value];
  }
  TwoClasses best;
  if (total == 0) return best;
  best.dark_mean = best.light_mean = sum / total;
  double dark = 0, dark_sum = 0, best_variance = 0;
  for (int value = 0; value < 255; ++value) {
    dark += counts[value];
    dark_sum += static_cast<double>(value) * counts[value];
    if (dark == 0 || dark == total) continue;
    const double dark_mean = dark_sum / dark, light_mean = (sum - dark_sum) / (total - dark);
    const double variance = dark * (total - dark) * (light_mean - dark_mean) * (light_mean - dark_mean);
    if (variance > best_variance) {
      best_variance = variance;
      best = {dark_mean, light_mean, dark / total, value + 1};
    }
  }
  return best;
}

}  // namespace ocrbatch::kernels
