#include "io/readers/exif.h"

#include <libexif/exif-data.h>
#include <libexif/exif-loader.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

namespace ocrbatch::io {
namespace {

using ExifPtr = std::unique_ptr<ExifData, decltype(&exif_data_unref)>;

std::optional<double> number(ExifData* data, ExifTag tag) {
  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], tag);
  if (!entry || !entry->data || entry->components < 1) return std::nullopt;
  const ExifByteOrder order = exif_data_get_byte_order(data);
  if (entry->format == EXIF_FORMAT_SHORT && entry->size >= 2) return exif_get_short(entry->data, order);
  if (entry->format == EXIF_FORMAT_RATIONAL && entry->size >= 8) {
    const ExifRational value = exif_get_rational(entry->data, order);
    if (value.denominator != 0) return static_cast<double>(value.numerator) / value.denominator;
  }
  return std::nullopt;
}

ExifFacts facts(ExifData* data) {
  ExifFacts facts;
  if (!data) return facts;
  const double orientation = number(data, EXIF_TAG_ORIENTATION).value_or(1);
  if (orientation >= 1 && orientation <= 8) facts.orientation = static_cast<int>(orientation);
  const double unit = number(data, EXIF_TAG_RESOLUTION_UNIT).value_or(2);  // 2: inch, 3: centimetre
  const double to_inch = unit == 3 ? 2.54 : 1;
  facts.dpi = to_inch * std::max(number(data, EXIF_TAG_X_RESOLUTION).value_or(0),
                                 number(data, EXIF_TAG_Y_RESOLUTION).value_or(0));
  return facts;
}

// libexif wants the marker that JPEG puts before the block; PNG and WebP leave it out.
ExifFacts facts_of_block(std::vector<unsigned char> block) {
  static constexpr unsigned char kMarker[] = {'E', 'x', 'i', 'f', 0, 0};
  if (block.size() < 6 || std::memcmp(block.data(), kMarker, 6) != 0) {
    block.insert(block.begin(), std::begin(kMarker), std::end(kMarker));
  }
  const ExifPtr data(exif_data_new_from_data(block.data(), static_cast<unsigned>(block.size())),
                     exif_data_unref);
  return facts(data.get());
}

// Walks the chunks of a PNG (length before name, big-endian) or RIFF (name before length, little-endian,
// padded) file for one of that name.
ExifFacts find_chunk(std::FILE* file, const char* name, bool png) {
  constexpr std::uint32_t kMaxBlockBytes = 1 << 20;  // EXIF with a thumbnail stays below 64 KiB
  long position = png ? 8 : 12;
  unsigned char head[8];
  for (int chunks = 0; chunks < 100000; ++chunks) {
    if (std::fseek(file, position, SEEK_SET) != 0 || std::fread(head, 1, 8, file) != 8) break;
    const unsigned char* n = png ? head : head + 4;
    const std::uint32_t length = png ? std::uint32_t{n[0]} << 24 | n[1] << 16 | n[2] << 8 | n[3]
                                     : std::uint32_t{n[3]} << 24 | n[2] << 16 | n[1] << 8 | n[0];
    if (std::memcmp(png ? head + 4 : head, name, 4) == 0) {
      if (length > kMaxBlockBytes) break;
      std::vector<unsigned char> block(length);
      if (std::fread(block.data(), 1, length, file) != length) break;
      return facts_of_block(std::move(block));
    }
    position += 8 + static_cast<long>(length) + (png ? 4 : length % 2);
  }
  return {};
}

}  // namespace

ExifFacts read_jpeg_exif(const std::filesystem::path& path) {
  const std::unique_ptr<ExifLoader, decltype(&exif_loader_unref)> loader(exif_loader_new(),
                                                                         exif_loader_unref);
  if (!loader) return {};
  exif_loader_write_file(loader.get(), path.c_str());
  const ExifPtr data(exif_loader_get_data(loader.get()), exif_data_unref);
  return facts(data.get());
}

ExifFacts read_png_exif(std::FILE* file) {
  return find_chunk(file, "eXIf", /*png=*/true);
}

ExifFacts read_webp_exif(std::FILE* file) {
  return find_chunk(file, "EXIF", /*png=*/false);
}

}  // namespace ocrbatch::io
