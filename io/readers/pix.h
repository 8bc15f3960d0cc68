// From Leptonica's images to ours.
#pragma once

#include <leptonica/allheaders.h>

#include <memory>
#include <opencv2/core.hpp>

namespace ocrbatch::io {

struct PixDelete {
  void operator()(PIX* pix) const { pixDestroy(&pix); }
};
using PixPtr = std::unique_ptr<PIX, PixDelete>;

// CV_8UC1 of any image that Leptonica reads: 1 to 32 bits a pixel, colour maps, alpha (laid over white).
// One-bit images come out with ink 0 and paper 255. Empty when Leptonica refuses.
cv::Mat to_gray(PixPtr pix);

// The eight values of EXIF's and TIFF's orientation tag; what lies outside 1-8 counts as 1.
cv::Mat apply_orientation(const cv::Mat& stored, int orientation);
int orientation_rotation_deg(int orientation);  // clockwise; a mirrored image is turned after mirroring
bool orientation_swaps_sides(int orientation);

}  // namespace ocrbatch::io
