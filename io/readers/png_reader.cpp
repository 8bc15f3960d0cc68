#include <png.h>

#include <array>
#include <csetjmp>
#include <cstring>
#include <opencv2/imgproc.hpp>
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

// What is read so far, for libpng's longjmp to leave behind.
struct PngReading {
  png_structp png = nullptr;
  png_infop info = nullptr;
  ~PngReading() { png_destroy_read_struct(&png, &info, nullptr); }
};

void say_nothing(png_structp, png_const_charp) {}
void leave(png_structp png, png_const_charp) {
  png_longjmp(png, 1);
}

// Calls of libpng that may leave by longjmp, in functions without anything to destroy.
bool begin_png(const PngReading& reading, std::FILE* file) {
  if (setjmp(png_jmpbuf(reading.png)) != 0) return false;
  // Each chunk has a checksum of its own: damage shows without the one over all pixels, which takes time.
  png_set_option(reading.png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
  png_init_io(reading.png, file);
  png_read_info(reading.png, reading.info);
  return png_get_bit_depth(reading.png, reading.info) == 8 &&
         png_get_interlace_type(reading.png, reading.info) == PNG_INTERLACE_NONE;
}

bool read_row(const PngReading& reading, png_bytep row) {
  if (setjmp(png_jmpbuf(reading.png)) != 0) return false;
  png_read_row(reading.png, row, nullptr);
  return true;
}

bool read_end(const PngReading& reading) {
  if (setjmp(png_jmpbuf(reading.png)) != 0) return false;
  png_read_end(reading.png, nullptr);
  return true;
}

// Whether one row's pixels, R G B A each, hide nothing of what they lie on.
bool is_opaque(const std::vector<unsigned char>& row) {
  unsigned char in_all = 0xFF;
  for (std::size_t i = 3; i < row.size(); i += 4) in_all &= row[i];
  return in_all == 0xFF;
}

// Gray or colours of eight bits, opaque throughout: each row is turned to gray while it is at hand. A shade
// of gray that is declared transparent shows as itself.
cv::Mat decode_gray_png(std::FILE* file) {
  std::rewind(file);
  PngReading reading;
  reading.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, leave, say_nothing);
  if (reading.png == nullptr) return {};
  reading.info = png_create_info_struct(reading.png);
  if (reading.info == nullptr || !begin_png(reading, file)) return {};
  const int channels = png_get_channels(reading.png, reading.info);
  const bool is_gray = png_get_color_type(reading.png, reading.info) == PNG_COLOR_TYPE_GRAY;
  const bool is_colour =
      (png_get_color_type(reading.png, reading.info) & ~PNG_COLOR_MASK_ALPHA) == PNG_COLOR_TYPE_RGB &&
      png_get_valid(reading.png, reading.info, PNG_INFO_tRNS) == 0;
  if (!is_gray && !is_colour) return {};
  cv::Mat gray(static_cast<int>(png_get_image_height(reading.png, reading.info)),
               static_cast<int>(png_get_image_width(reading.png, reading.info)), CV_8UC1);
  std::vector<unsigned char> colours(is_gray ? 0 : gray.cols * static_cast<std::size_t>(channels));
  for (int y = 0; y < gray.rows; ++y) {
    if (!read_row(reading, is_gray ? gray.ptr(y) : colours.data())) return {};
    if (is_gray) continue;
    if (channels == 4 && !is_opaque(colours)) return {};
    cv::cvtColor(cv::Mat(1, gray.cols, CV_8UC(channels), colours.data()), gray.row(y),
                 channels == 4 ? cv::COLOR_RGBA2GRAY : cv::COLOR_RGB2GRAY);
  }
  return read_end(reading) ? gray : cv::Mat();
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

constexpr ImageFormat kPng{"PNG", read_png_header, decode_png, decode_gray_png};

}  // namespace

Result<std::unique_ptr<Reader>> open_png(const std::filesystem::path& path, const ReadOptions& options) {
  return open_image(kPng, path, options);
}

}  // namespace ocrbatch::io
