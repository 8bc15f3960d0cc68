#include "kernels/line_sampler.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "kernels/row_sampling.h"

namespace ocrbatch::kernels {
LineSampler::LineSampler(const cv::Mat& page, const LineFrame& frame, int paper_level)
    : paper_level_(paper_level) {
  const std::vector<float> x_kernel = box_kernel(1 / frame.x_scale), y_kernel = box_kernel(1 / frame.y_scale);
  const int reach = static_cast<int>(std::max(x_kernel.size(), y_kernel.size())) / 2 + 2;
  const cv::Rect part = covered_part(page.size(), frame, reach);
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
