#include <array>
#include <cstring>
#include <vector>

#include "io/readers/exif.h"
#include "io/readers/image_format.h"

namespace ocrbatch::io {
namespace {

bool read_png_header(std::FILE* file, const std::filesystem::path&, Header& header) {
  std::rewind(file);
  if (freadHeaderPng(file, &header.width, &header.height, nullptr, nullptr, nullptr) != 0) return false;
  header.dpi = resolution(fgetPngResolution, file);
  const ExifFacts exif = read_png_exif(file);
  header.orientation = exif.orientation;
  if (plausible_dpi(header.dpi) == 0) header.dpi = exif.dpi;
  return true;
}

// Where the chunk tRNS of a gray image starts; 0 where there is none before the pixels. `file`: anywhere.
long find_transparent_shade(std::FILE* file) {
  constexpr int kColourTypeAt = 25, kGray = 0;
  constexpr std::uint32_t kShadeBytes = 2;  // other lengths belong to palettes, which Leptonica reads well
  unsigned char head[26];
  std::rewind(file);
  if (std::fread(head, 1, sizeof head, file) != sizeof head || head[kColourTypeAt] != kGray) return 0;
  for (long position = 8; std::fseek(file, position, SEEK_SET) == 0 && std::fread(head, 1, 8, file) == 8;) {
    if (std::memcmp(head + 4, "IDAT", 4) == 0) break;
    if (std::memcmp(head + 4, "tRNS", 4) == 0) return big_endian_32(head) == kShadeBytes ? position : 0;
    position += 12 + static_cast<long>(big_endian_32(head));
  }
  return 0;
}

// Leptonica makes a gray image with a transparent shade transparent everywhere, its colours lost. So it gets
// such a file without that chunk: the shade shows as itself.
PIX* decode_png(std::FILE* file, const Header&) {
  const long shade = find_transparent_shade(file);
  std::rewind(file);
  if (shade == 0) return pixReadStreamPng(file);
  std::vector<unsigned char> bytes;
  std::array<unsigned char, 1 << 16> buffer;
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), file)) > 0;) {
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + n);
  }
  constexpr long kChunkBytes = 14;
  if (static_cast<long>(bytes.size()) < shade + kChunkBytes) return nullptr;
  bytes.erase(bytes.begin() + shade, bytes.begin() + shade + kChunkBytes);
  return pixReadMemPng(bytes.data(), bytes.size());
}

constexpr ImageFormat kPng{"PNG", read_png_header, decode_png};

}  // namespace

Result<std::unique_ptr<Reader>> open_png(const std::filesystem::path& path, const ReadOptions& options) {
  return open_image(kPng, path, options);
}

}  // namespace ocrbatch::io
