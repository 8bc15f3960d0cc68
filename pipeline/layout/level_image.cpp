#include "pipeline/layout/level_image.h"

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace ocrbatch::pipeline {

LevelImage::LevelImage(const LayoutImage& tilted, float slope) {
  const float angle = std::atan(slope), c = std::cos(angle), s = std::sin(angle);
  const auto width = static_cast<float>(tilted.ink.cols), height = static_cast<float>(tilted.ink.rows);
  const cv::Size size(cvCeil(width * c + height * std::abs(s)), cvCeil(width * std::abs(s) + height * c));
  // Around the images' centres.
  const float x = 0.5F * static_cast<float>(size.width), y = 0.5F * static_cast<float>(size.height);
  to_tilted_ = {c, -s, 0.5F * width - c * x + s * y, s, c, 0.5F * height - s * x - c * y};
  cv::Mat ink;
  cv::warpAffine(tilted.ink, ink, to_tilted_, size, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_CONSTANT, 0);
  level_.ink = ink > 127;
  level_.components = find_components(level_.ink);
  level_.letter_px = tilted.letter_px;
}

cv::Point2f LevelImage::on_tilted(const cv::Point2f& level) const {
  const cv::Vec2f mapped = to_tilted_ * cv::Vec3f(level.x, level.y, 1);
  return {mapped[0], mapped[1]};
}

void LevelImage::to_tilted(FoundLine& line) const {
  line.geometry.baseline_start = on_tilted(line.geometry.baseline_start);
  line.geometry.baseline_end = on_tilted(line.geometry.baseline_end);
  const cv::Point2f low = line.box.tl(), high = line.box.br();
  std::vector<cv::Point2f> corners;
  for (const cv::Point2f& corner : {low, {high.x, low.y}, high, {low.x, high.y}})
    corners.push_back(on_tilted(corner));
  line.box = cv::boundingRect(corners);
}

}  // namespace ocrbatch::pipeline
