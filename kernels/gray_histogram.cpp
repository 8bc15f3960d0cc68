#include "kernels/gray_histogram.h"

namespace ocrbatch::kernels {

GrayHistogram histogram_of(const cv::Mat& gray, int row_step) {
  // A counter that was just written is not soon read, and a pixel mostly has its neighbours' gray: four in a
  // row are counted apart.
  std::array<GrayHistogram, 4> counts{};
  for (int y = 0; y < gray.rows; y += row_step) {
    const uchar* const row = gray.ptr<uchar>(y);
    int x = 0;
    for (; x + 4 <= gray.cols; x += 4)
      ++counts[0][row[x]], ++counts[1][row[x + 1]], ++counts[2][row[x + 2]], ++counts[3][row[x + 3]];
    for (; x < gray.cols; ++x) ++counts[0][row[x]];
  }
  for (std::size_t value = 0; value < counts[0].size(); ++value)
    counts[0][value] += counts[1][value] + counts[2][value] + counts[3][value];
  return counts[0];
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
