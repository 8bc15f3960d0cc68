#include "kernels/line_sampler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "kernels/row_sampling.h"

namespace ocrbatch::kernels {
namespace {

// Moves each column up by as much as the baseline bends down there; between pixels with Keys' cubic.
// `first_x` is the page's column that `image` begins with.
void straighten(const BaselineBend& bend, int first_x, const cv::Mat& image, cv::Mat& to) {
  // Columns in a row that move by the same number of whole pixels, so that their pixels lie side by side.
  struct Run {
    int begin, whole;
  };
  std::vector<Run> runs;
  std::array<std::vector<float>, 4> weights;  // of the rows from whole - 1 to whole + 2
  for (auto& of_row : weights) of_row.resize(static_cast<std::size_t>(image.cols));
  for (int x = 0; x < image.cols; ++x) {
    const float below = bend.at(static_cast<float>(first_x + x) + 0.5F), whole = std::floor(below);
    if (runs.empty() || runs.back().whole != static_cast<int>(whole))
      runs.push_back({x, static_cast<int>(whole)});
    for (int k = 0; k < 4; ++k)
      weights[k][x] = sampling_weight(/*is_cubic=*/true, static_cast<float>(k - 1) - (below - whole));
  }
  runs.push_back({image.cols, 0});
  for (int y = 0; y < image.rows; ++y) {
    uchar* const out = to.ptr<uchar>(y);
    for (std::size_t run = 0; run + 1 < runs.size(); ++run) {
      const uchar* rows[4];
      for (int k = 0; k < 4; ++k)
        rows[k] = image.ptr<uchar>(std::clamp(y + runs[run].whole + k - 1, 0, image.rows - 1));
      for (int x = runs[run].begin; x < runs[run + 1].begin; ++x) {
        float sum = 0;
        for (int k = 0; k < 4; ++k) sum += weights[k][x] * static_cast<float>(rows[k][x]);
        // The nearest whole number, within what a pixel holds: as saturate_cast, which compilers leave alone.
        constexpr float kToWhole = 12582912.0F;
        out[x] = static_cast<uchar>(static_cast<int>(std::clamp(sum, 0.0F, 255.0F) + kToWhole - kToWhole));
      }
    }
  }
}

}  // namespace

LineSampler::LineSampler(const cv::Mat& page, const LineFrame& frame, const BaselineBend& bend,
                         int paper_level)
    : paper_level_(paper_level) {
  const std::vector<float> x_kernel = box_kernel(1 / frame.x_scale), y_kernel = box_kernel(1 / frame.y_scale);
  const int reach = static_cast<int>(std::max(x_kernel.size(), y_kernel.size())) / 2 + 2;
  const cv::Rect part = covered_part(page.size(), frame, reach, bend);
  if (part.empty()) return;
  part_ = part.size();
  sampling_ = sampling_of(frame, part.tl());
  is_steep_ = is_steep(frame);
  source_.create(part.height + 2 * kSamplingBorder, part.width + 2 * kSamplingBorder + kReadBehind, CV_8UC1);
  source_.setTo(paper_level);
  cv::Mat inner = source_({kSamplingBorder, kSamplingBorder, part.width, part.height});
  if (x_kernel.size() > 1 || y_kernel.size() > 1) {
    cv::sepFilter2D(page(part), inner, CV_8U, x_kernel, y_kernel, {-1, -1}, 0,
                    cv::BORDER_REPLICATE | cv::BORDER_ISOLATED);
  } else {
    page(part).copyTo(inner);
  }
  if (!bend.is_straight() && !is_steep_) straighten(bend, part.x, inner.clone(), inner);
}

void LineSampler::sample(cv::Range rows, cv::Mat& raster) const {
  if (rows.empty()) return;
  if (source_.empty()) {
    raster.rowRange(rows).setTo(paper_level_);
    return;
  }
  const BorderedImage image{source_.ptr<uchar>(kSamplingBorder) + kSamplingBorder,
                            static_cast<std::ptrdiff_t>(source_.step), part_.width, part_.height};
  if (!is_steep_) {
    sample_rows(sampling_, image, rows.start, rows.end, raster.cols, raster.ptr<uchar>(rows.start),
                static_cast<std::ptrdiff_t>(raster.step));
    return;
  }
  const auto at = [&](int x, int y) {
    return x < 0 || y < 0 || x >= image.width || y >= image.height ? paper_level_
                                                                   : image.pixels[y * image.stride + x];
  };
  for (int row = rows.start; row < rows.end; ++row)
    for (int column = 0; column < raster.cols; ++column)
      raster.at<uchar>(row, column) = static_cast<uchar>(sampled(sampling_, column, row, at));
}

}  // namespace ocrbatch::kernels
