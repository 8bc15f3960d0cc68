#include "io/readers/pix.h"

#include <opencv2/imgproc.hpp>

namespace ocrbatch::io {
namespace {

// Whether the paper shows through some of its pixels, but not through all: a page that is transparent
// everywhere is shown by its colours, as Leptonica reads gray PNGs with a transparent shade like that.
bool needs_blending(PIX* pix) {
  const auto words = static_cast<std::size_t>(pixGetWpl(pix)),
             width = static_cast<std::size_t>(pixGetWidth(pix));
  const l_uint32* row = pixGetData(pix);
  l_uint32 in_all = ~0U, in_any = 0;
  for (int y = 0; y < pixGetHeight(pix); ++y, row += words) {
    for (std::size_t x = 0; x < width; ++x) in_all &= row[x], in_any |= row[x];
  }
  constexpr l_uint32 kAlpha = 0xFF;
  return (in_any & kAlpha) != 0 && (in_all & kAlpha) != kAlpha;
}

}  // namespace

cv::Mat to_gray(PixPtr pix) {
  if (!pix) return {};
  if (PIXCMAP* map = pixGetColormap(pix.get())) {
    // pixConvertTo8 would drop the map's alpha, and transparent entries are often stored as black.
    l_int32 opaque = 1;
    pixcmapIsOpaque(map, &opaque);
    pix.reset(pixRemoveColormap(pix.get(), opaque ? REMOVE_CMAP_BASED_ON_SRC : REMOVE_CMAP_WITH_ALPHA));
    if (!pix) return {};
  }
  if (pixGetDepth(pix.get()) == 32 && pixGetSpp(pix.get()) == 4 && needs_blending(pix.get())) {
    pix.reset(pixAlphaBlendUniform(pix.get(), 0xffffff00));
    if (!pix) return {};
  }
  if (pixGetDepth(pix.get()) != 32 && pixGetDepth(pix.get()) != 8) {
    pix.reset(pixConvertTo8(pix.get(), /*cmapflag=*/0));
    if (!pix) return {};
  }
  // Leptonica packs pixels into 32-bit words from the high end; swapped on little-endian machines they lie in
  // memory as OpenCV has them: g g g g, or R G B A.
  pixEndianByteSwap(pix.get());
  const int width = pixGetWidth(pix.get()), height = pixGetHeight(pix.get());
  const std::size_t step = 4 * static_cast<std::size_t>(pixGetWpl(pix.get()));
  cv::Mat gray;
  if (pixGetDepth(pix.get()) == 8) {
    cv::Mat(height, width, CV_8UC1, pixGetData(pix.get()), step).copyTo(gray);
  } else {
    cv::cvtColor(cv::Mat(height, width, CV_8UC4, pixGetData(pix.get()), step), gray, cv::COLOR_RGBA2GRAY);
  }
  return gray;
}

cv::Mat apply_orientation(const cv::Mat& stored, int orientation) {
  cv::Mat upright;
  switch (orientation) {
    case 2:
      cv::flip(stored, upright, 1);
      return upright;
    case 3:
      cv::rotate(stored, upright, cv::ROTATE_180);
      return upright;
    case 4:
      cv::flip(stored, upright, 0);
      return upright;
    case 5:
      cv::transpose(stored, upright);
      return upright;
    case 6:
      cv::rotate(stored, upright, cv::ROTATE_90_CLOCKWISE);
      return upright;
    case 7: {
      cv::Mat turned;
      cv::rotate(stored, turned, cv::ROTATE_90_CLOCKWISE);
      cv::flip(turned, upright, 0);
      return upright;
    }
    case 8:
      cv::rotate(stored, upright, cv::ROTATE_90_COUNTERCLOCKWISE);
      return upright;
    default:
      return stored;
  }
}

int orientation_rotation_deg(int orientation) {
  switch (orientation) {
    case 3:
    case 4:
      return 180;
    case 6:
    case 7:
      return 90;
    case 5:
    case 8:
      return 270;
    default:
      return 0;
  }
}

bool orientation_swaps_sides(int orientation) {
  return orientation >= 5 && orientation <= 8;
}

}  // namespace ocrbatch::io
