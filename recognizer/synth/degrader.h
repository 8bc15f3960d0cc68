// What printing, ageing, scanning and storing do to a patch of page.
#pragma once

#include <opencv2/core.hpp>

#include "recognizer/synth/synth_config.h"

namespace ocrbatch::recognizer {

// Thread-safe: it holds only fixed textures of noise.
class Degrader {
 public:
  Degrader();

  // Ink (CV_8UC1, 0 paper, 255 ink) to a scanned gray image of the same size.
  cv::Mat degrade(const cv::Mat& ink, double x_height_px, const DocumentStyle& style, Random& random) const;

 private:
  // A patch of noise around 128 with deviation kTextureDeviation.
  cv::Mat patch_of(const cv::Mat& texture, cv::Size size, Random& random) const;
  void print(cv::Mat& ink, double x_height_px, const DocumentStyle& style, Random& random) const;
  cv::Mat put_on_paper(const cv::Mat& ink, double x_height_px, const DocumentStyle& style,
                       Random& random) const;
  // `inked`: the share of the page that ink covers.
  void scan(cv::Mat& gray, double x_height_px, double inked, const DocumentStyle& style,
            Random& random) const;

  cv::Mat fine_, medium_, coarse_;
};

}  // namespace ocrbatch::recognizer
