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

constexpr ImageFormat kJpeg{"JPEG", read_jpeg_header, decode_jpeg};

}  // namespace

Result<std::unique_ptr<Reader>> open_jpeg(const std::filesystem::path& path, const ReadOptions& options) {
  return open_image(kJpeg, path, options);
}

}  // namespace ocrbatch::io
