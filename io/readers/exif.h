// What EXIF says about a page: how it is turned, and its resolution.
#pragma once

#include <cstdio>
#include <filesystem>

namespace ocrbatch::io {

struct ExifFacts {
  int orientation = 1;  // 1-8
  double dpi = 0;       // 0: not given
};

// The facts of a JPEG, PNG (eXIf chunk) or WebP (EXIF chunk); defaults where there are none or they are
// damaged.
ExifFacts read_jpeg_exif(const std::filesystem::path& path);
ExifFacts read_png_exif(std::FILE* file);
ExifFacts read_webp_exif(std::FILE* file);

}  // namespace ocrbatch::io
