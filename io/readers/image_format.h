// Files that hold one image: what a format consists of. Leptonica decodes; the header is read first, so that
// a page's size is known, and refused if need be, before memory is spent on it.
#pragma once

#include <leptonica/allheaders.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <opencv2/core.hpp>
#include <string>

#include "io/readers/format.h"

namespace ocrbatch::io {

struct Header {
  int width = 0, height = 0;  // as stored
  double dpi = 0;             // 0: not given
  int orientation = 1;
  int transparent_index = -1;  // of a GIF's colours
  std::string unsupported;     // what Leptonica cannot decode, where the header tells
};

struct ImageFormat {
  const char* name;
  // False for a damaged header. The file may be at any position, here and below.
  bool (*read_header)(std::FILE* file, const std::filesystem::path& path, Header& header);
  PIX* (*decode)(std::FILE* file, const Header& header);  // null: damaged
  // For the kinds of files that can be turned to gray without a detour: CV_8UC1. Empty: ask decode.
  cv::Mat (*decode_gray)(std::FILE* file) = nullptr;
};

Result<std::unique_ptr<Reader>> open_image(const ImageFormat& format, const std::filesystem::path& path,
                                           const ReadOptions& options);

// One of Leptonica's fget...Resolution functions asked: dots per inch, 0 when the file does not say.
double resolution(l_int32 (*get)(std::FILE*, l_int32*, l_int32*), std::FILE* file);

// Whether the marker (0xFF, code) occurs at or after `*position`, which moves behind it.
bool find_marker(std::FILE* file, int code, long* position);

inline int little_endian_16(const unsigned char* p) {
  return p[0] | p[1] << 8;
}
inline std::int32_t little_endian_32(const unsigned char* p) {
  return static_cast<std::int32_t>(std::uint32_t{p[0]} | p[1] << 8 | p[2] << 16 | std::uint32_t{p[3]} << 24);
}
inline std::int64_t big_endian_32(const unsigned char* p) {
  return std::int64_t{p[0]} << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

}  // namespace ocrbatch::io
