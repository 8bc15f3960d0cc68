#include <cstdio>
// libjpeg's header does not include what it needs.
#include <jpeglib.h>

#include <csetjmp>

#include "io/readers/exif.h"
#include "io/readers/image_format.h"
#include "io/readers/pix.h"

namespace ocrbatch::io {
namespace {

bool read_jpeg_header(std::FILE* file, const std::filesystem::path& path, Header& header) {
  l_int32 spp = 0, ycck = 0, cmyk = 0;
  std::rewind(file);
  if (freadHeaderJpeg(file, &header.width, &header.height, &spp, &ycck, &cmyk) != 0) return false;
  const ExifFacts exif = read_jpeg_exif(path);
  header.orientation = exif.orientation;
  header.dpi = plausible_dpi(resolution(fgetJpegResolution, file));
  if (header.dpi == 0) header.dpi = exif.dpi;
  return true;
}

// Whether the coded image has its end marker. Between a start of scan and the end marker every 0xFF byte of
// data is stuffed, so the search cannot be fooled, except by an earlier thumbnail, which lies before the
// page's frame header.
bool jpeg_has_end(std::FILE* file) {
  std::rewind(file);
  unsigned char head[4];
  long position = 2;
  while (std::fseek(file, position, SEEK_SET) == 0 && std::fread(head, 1, 4, file) == 4) {
    if (head[0] != 0xFF) break;
    if (head[1] == 0xFF) {  // fill byte
      ++position;
      continue;
    }
    if (head[1] == 0xDA) break;
    position += 2 + (head[2] << 8 | head[3]);
  }
  return find_marker(file, 0xD9, &position);
}

// A scan line that never arrived is filled with gray by libjpeg. Such a page would give part of its text as
// if it were all, so it counts as damaged; a file that only lacks the end marker (one warning) is whole.
PIX* decode_jpeg(std::FILE* file, const Header&) {
  l_int32 width = 0, height = 0, spp = 0, ycck = 0, cmyk = 0;
  std::rewind(file);
  if (freadHeaderJpeg(file, &width, &height, &spp, &ycck, &cmyk) != 0) return nullptr;
  const bool whole = jpeg_has_end(file);
  std::rewind(file);
  l_int32 warnings = 0;
  const l_int32 luminance = ycck || cmyk ? 0 : L_JPEG_READ_LUMINANCE;
  PixPtr pix(pixReadStreamJpeg(file, /*cmapflag=*/0, /*reduction=*/1, &warnings,
                               luminance | L_JPEG_CONTINUE_WITH_BAD_DATA));
  if (!whole && warnings > 1) return nullptr;
  return pix.release();
}

// What is read so far, for libjpeg's errors to leave behind.
struct JpegReading {
  jpeg_decompress_struct info = {};
  jpeg_error_mgr errors = {};
  std::jmp_buf leave = {};
  ~JpegReading() { jpeg_destroy_decompress(&info); }
};

void leave(j_common_ptr info) {
  std::longjmp(static_cast<JpegReading*>(info->client_data)->leave, 1);
}
void count_warning(j_common_ptr info, int level) {
  if (level < 0) ++info->err->num_warnings;
}
void say_nothing(j_common_ptr) {}

// Calls of libjpeg that may leave by longjmp, in functions without anything to destroy.
bool begin_gray_jpeg(JpegReading& reading, std::FILE* file) {
  if (setjmp(reading.leave) != 0) return false;
  reading.info.client_data = &reading;
  jpeg_create_decompress(&reading.info);
  jpeg_stdio_src(&reading.info, file);
  jpeg_read_header(&reading.info, TRUE);
  if (reading.info.jpeg_color_space != JCS_GRAYSCALE && reading.info.jpeg_color_space != JCS_YCbCr)
    return false;
  reading.info.out_color_space = JCS_GRAYSCALE;
  jpeg_start_decompress(&reading.info);
  return true;
}

bool read_rows(JpegReading& reading, cv::Mat& gray) {
  if (setjmp(reading.leave) != 0) return false;
  while (reading.info.output_scanline < reading.info.output_height) {
    JSAMPROW row = gray.ptr(static_cast<int>(reading.info.output_scanline));
    jpeg_read_scanlines(&reading.info, &row, 1);
  }
  jpeg_finish_decompress(&reading.info);
  return reading.errors.num_warnings == 0;
}

// Luminance as it is stored. Of a file that is damaged in any way, or has other colours, Leptonica makes
// more.
cv::Mat decode_gray_jpeg(std::FILE* file) {
  std::rewind(file);
  JpegReading reading;
  reading.info.err = jpeg_std_error(&reading.errors);
  reading.errors.error_exit = leave;
  reading.errors.emit_message = count_warning;
  reading.errors.output_message = say_nothing;
  if (!begin_gray_jpeg(reading, file)) return {};
  cv::Mat gray(static_cast<int>(reading.info.output_height), static_cast<int>(reading.info.output_width),
               CV_8UC1);
  return read_rows(reading, gray) ? gray : cv::Mat();
}

constexpr ImageFormat kJpeg{"JPEG", read_jpeg_header, decode_jpeg, decode_gray_jpeg};

}  // namespace

Result<std::unique_ptr<Reader>> open_jpeg(const std::filesystem::path& path, const ReadOptions& options) {
  return open_image(kJpeg, path, options);
}

}  // namespace ocrbatch::io
