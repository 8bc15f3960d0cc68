// WebP, JPEG 2000, GIF (its first frame), BMP and PNM.
#include <algorithm>
#include <array>
#include <cstdint>

#include "io/readers/exif.h"
#include "io/readers/image_format.h"

namespace ocrbatch::io {
namespace {

// The first `N` bytes, zero where the file is shorter.
template <std::size_t N>
std::array<unsigned char, N> first_bytes(std::FILE* file) {
  std::array<unsigned char, N> bytes{};
  std::rewind(file);
  if (std::fread(bytes.data(), 1, N, file) == 0) bytes.fill(0);
  return bytes;
}

template <PIX* (*Read)(std::FILE*)>
PIX* decode_with(std::FILE* file, const Header&) {
  std::rewind(file);
  return Read(file);
}

bool read_webp_header(std::FILE* file, const std::filesystem::path&, Header& header) {
  const auto head = first_bytes<256>(file);
  l_int32 spp = 0;
  if (readHeaderMemWebP(head.data(), head.size(), &header.width, &header.height, &spp) != 0) return false;
  const ExifFacts exif = read_webp_exif(file);
  header.orientation = exif.orientation;
  header.dpi = exif.dpi;
  return true;
}

// From the codestream's own header (marker SIZ), which knows more than the boxes around it. Leptonica takes
// one, three or four components of eight bits.
bool read_jp2_header(std::FILE* file, const std::filesystem::path&, Header& header) {
  long position = 0;
  unsigned char siz[39];
  if (!find_marker(file, 0x51, &position)) return false;
  if (std::fseek(file, position, SEEK_SET) != 0 || std::fread(siz, 1, sizeof siz, file) != sizeof siz)
    return false;
  const std::int64_t width = big_endian_32(siz + 4) - big_endian_32(siz + 12);
  const std::int64_t height = big_endian_32(siz + 8) - big_endian_32(siz + 16);
  if (width <= 0 || height <= 0 || width > INT32_MAX || height > INT32_MAX) return false;
  header.width = static_cast<int>(width);
  header.height = static_cast<int>(height);
  const int components = siz[36] << 8 | siz[37], bits = (siz[38] & 0x7F) + 1;
  if (bits != 8 || (components != 1 && components != 3 && components != 4)) {
    header.unsupported = "a JPEG 2000 image of " + std::to_string(components) + " components of " +
                         std::to_string(bits) + " bits";
  }
  header.dpi = resolution(fgetJp2kResolution, file);
  return true;
}

// OpenJPEG decodes what is there of a file cut short and says nothing; the end marker tells. It cannot occur
// inside the coded data, whose bytes after 0xFF stay below 0x90.
PIX* decode_jp2(std::FILE* file, const Header&) {
  long position = 0;
  if (!find_marker(file, 0x93, &position) || !find_marker(file, 0xD9, &position)) return nullptr;
  std::rewind(file);
  return pixReadStreamJp2k(file, /*reduction=*/1, /*box=*/nullptr, /*hint=*/0, /*debug=*/0);
}

// The first frame's own size: that is what is decoded, whatever the screen size in front says.
bool read_gif_header(std::FILE* file, const std::filesystem::path&, Header& header) {
  unsigned char bytes[256];
  std::rewind(file);
  if (std::fread(bytes, 1, 13, file) != 13) return false;
  if (bytes[10] & 0x80) std::fseek(file, 3 << ((bytes[10] & 7) + 1), SEEK_CUR);  // palette
  int block = std::fgetc(file);
  for (; block == 0x21;
       block = std::fgetc(file)) {  // extensions: a label, then sub-blocks up to an empty one
    const int label = std::fgetc(file);
    for (int size = std::fgetc(file); size > 0; size = std::fgetc(file)) {
      if (std::fread(bytes, 1, size, file) != static_cast<std::size_t>(size)) return false;
      if (label == 0xF9 && size >= 4 && (bytes[0] & 1)) header.transparent_index = bytes[3];
    }
  }
  if (block != 0x2C || std::fread(bytes, 1, 9, file) != 9) return false;
  header.width = little_endian_16(bytes + 4);
  header.height = little_endian_16(bytes + 6);
  return true;
}

// Leptonica shows what is transparent in the colour stored for it, often black.
PIX* decode_gif(std::FILE* file, const Header& header) {
  std::rewind(file);
  PIX* pix = pixReadStreamGif(file);
  PIXCMAP* map = pix ? pixGetColormap(pix) : nullptr;
  if (map && header.transparent_index >= 0 && header.transparent_index < pixcmapGetCount(map)) {
    pixcmapResetColor(map, header.transparent_index, 255, 255, 255);
  }
  return pix;
}

bool read_bmp_header(std::FILE* file, const std::filesystem::path&, Header& header) {
  const auto head = first_bytes<54>(file);
  const bool core = little_endian_32(&head[14]) == 12;
  header.width = core ? little_endian_16(&head[18]) : little_endian_32(&head[18]);
  const std::int64_t height = core ? little_endian_16(&head[20]) : little_endian_32(&head[22]);
  header.height = static_cast<int>(std::min<std::int64_t>(height < 0 ? -height : height, INT32_MAX));
  const int compression = core ? 0 : little_endian_32(&head[30]);
  if (compression != 0) header.unsupported = "a compressed BMP";
  if (!core) header.dpi = 0.0254 * std::max(little_endian_32(&head[38]), little_endian_32(&head[42]));
  return header.width > 0 && header.height > 0;
}

bool read_pnm_header(std::FILE* file, const std::filesystem::path&, Header& header) {
  std::rewind(file);
  return freadHeaderPnm(file, &header.width, &header.height, nullptr, nullptr, nullptr, nullptr) == 0;
}

constexpr ImageFormat kWebp{"WebP image", read_webp_header, decode_with<pixReadStreamWebP>};
constexpr ImageFormat kJp2{"JPEG 2000 image", read_jp2_header, decode_jp2};
constexpr ImageFormat kGif{"GIF", read_gif_header, decode_gif};
constexpr ImageFormat kBmp{"BMP", read_bmp_header, decode_with<pixReadStreamBmp>};
constexpr ImageFormat kPnm{"PNM image", read_pnm_header, decode_with<pixReadStreamPnm>};

}  // namespace

Result<std::unique_ptr<Reader>> open_webp(const std::filesystem::path& path, const ReadOptions& options) {
  return open_image(kWebp, path, options);
}

Result<std::unique_ptr<Reader>> open_jp2(const std::filesystem::path& path, const ReadOptions& options) {
  return open_image(kJp2, path, options);
}

Result<std::unique_ptr<Reader>> open_gif(const std::filesystem::path& path, const ReadOptions& options) {
  return open_image(kGif, path, options);
}

Result<std::unique_ptr<Reader>> open_bmp(const std::filesystem::path& path, const ReadOptions& options) {
  return open_image(kBmp, path, options);
}

Result<std::unique_ptr<Reader>> open_pnm(const std::filesystem::path& path, const ReadOptions& options) {
  return open_image(kPnm, path, options);
}

}  // namespace ocrbatch::io
