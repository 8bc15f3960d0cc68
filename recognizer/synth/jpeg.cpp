#include "recognizer/synth/jpeg.h"

#include <leptonica/allheaders.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace ocrbatch::recognizer {
namespace {

// Leptonica keeps pixels in 32-bit words, the leftmost in the highest byte.
std::uint32_t swap_bytes(std::uint32_t word) {
  return __builtin_bswap32(word);
}

Pix* to_pix(const cv::Mat& gray) {
  Pix* pix = pixCreateNoInit(gray.cols, gray.rows, 8);
  if (pix == nullptr) return nullptr;
  const int words_per_line = pixGetWpl(pix);
  for (int y = 0; y < gray.rows; ++y) {
    std::uint32_t* line = pixGetData(pix) + static_cast<std::ptrdiff_t>(y) * words_per_line;
    std::memcpy(line, gray.ptr(y), static_cast<std::size_t>(gray.cols));
    for (int i = 0; i < words_per_line; ++i) line[i] = swap_bytes(line[i]);
  }
  return pix;
}

void from_pix(Pix* pix, cv::Mat& gray) {
  const int words_per_line = pixGetWpl(pix);
  for (int y = 0; y < gray.rows; ++y) {
    std::uint32_t* line = pixGetData(pix) + static_cast<std::ptrdiff_t>(y) * words_per_line;
    for (int i = 0; i < words_per_line; ++i) line[i] = swap_bytes(line[i]);
    std::memcpy(gray.ptr(y), line, static_cast<std::size_t>(gray.cols));
  }
}

}  // namespace

void through_jpeg(cv::Mat& gray, int quality) {
  Pix* pix = to_pix(gray);
  if (pix == nullptr) return;
  l_uint8* bytes = nullptr;
  std::size_t size = 0;
  Pix* decoded = nullptr;
  if (pixWriteMemJpeg(&bytes, &size, pix, std::clamp(quality, 1, 100), 0) == 0)
    decoded = pixReadMemJpeg(bytes, size, 0, 1, nullptr, 0);
  if (decoded != nullptr && pixGetDepth(decoded) == 8 && pixGetWidth(decoded) == gray.cols &&
      pixGetHeight(decoded) == gray.rows)
    from_pix(decoded, gray);
  pixDestroy(&decoded);
  pixDestroy(&pix);
  lept_free(bytes);
}

}  // namespace ocrbatch::recognizer
