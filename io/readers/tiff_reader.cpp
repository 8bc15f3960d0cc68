// Multipage TIFF: libtiff reads the directories, Leptonica the pixels of one page at a time, where it can.
#include <leptonica/allheaders.h>
#include <tiffio.h>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "io/readers/format.h"
#include "io/readers/pix.h"

namespace ocrbatch::io {
namespace {

struct TiffClose {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffPtr = std::unique_ptr<TIFF, TiffClose>;

const char kRemedy[] = ": scan, copy or download it again";

int ignore_message(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

// Without mapping the file ("rm"), as a rule: a file that shrinks while it is mapped ends the process with
// SIGBUS.
TiffPtr open_quietly(const std::filesystem::path& path, const char* mode = "rm") {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                 TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), ignore_message, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_message, nullptr);
  return TiffPtr(TIFFOpenExt(path.c_str(), mode, options.get()));
}

// Where each page's directory lies. A directory that cannot be read is kept as offset 0, so that the page is
// reported, and so is the rest of a chain that leads out of the file; previews (reduced images) and masks are
// no pages.
std::vector<toff_t> find_pages(TIFF* tiff) {
  std::vector<toff_t> offsets;
  const tdir_t directories = TIFFNumberOfDirectories(tiff);  // guards against loops
  bool readable = TIFFSetDirectory(tiff, 0) != 0;
  for (tdir_t n = 0; n < directories; ++n) {
    if (n > 0) readable = readable ? TIFFReadDirectory(tiff) != 0 : TIFFSetDirectory(tiff, n) != 0;
    if (!readable) {
      offsets.push_back(0);
      continue;
    }
    std::uint32_t type = 0;
    TIFFGetField(tiff, TIFFTAG_SUBFILETYPE, &type);
    if ((type & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0) offsets.push_back(TIFFCurrentDirOffset(tiff));
  }
  if (readable && !TIFFLastDirectory(tiff)) offsets.push_back(0);
  return offsets;
}

struct TiffPage {
  PageSize stored;
  int orientation = ORIENTATION_TOPLEFT;
  int bits = 1, samples = 1;
};

class TiffReader : public Reader {
 public:
  TiffReader(std::filesystem::path path, TiffPtr tiff, std::vector<toff_t> pages, const ReadOptions& options)
      : path_(std::move(path)), tiff_(std::move(tiff)), pages_(std::move(pages)), options_(options) {}

  int page_count() const override { return static_cast<int>(pages_.size()); }

  Result<PageSize> page_size(int index) override {
    const auto page = select(index);
    if (!page) return page.error();
    PageSize size = page.value().stored;
    if (orientation_swaps_sides(page.value().orientation)) std::swap(size.width_px, size.height_px);
    return size;
  }

  Result<PageImage> read_page(int index) override {
    return guarded([&]() -> Result<PageImage> {
      const auto page = select(index);
      if (!page) return page.error();
      if (!strips_in_file())
        return Error{ErrorCode::kCorrupt, std::string("the TIFF is cut short") + kRemedy};
      PixPtr pix;
      if (page.value().samples == 1) {
        std::size_t offset = pages_[index];
        pix.reset(pixReadFromMultipageTiff(path_.c_str(), &offset));
      }
      if (!pix && page.value().bits > 16) {
        return Error{ErrorCode::kUnsupported, "the TIFF has " + std::to_string(page.value().bits) +
                                                  " bits a sample: convert it to 8 bits"};
      }
      cv::Mat gray = pix ? to_gray(std::move(pix)) : read_with_libtiff(page.value(), pages_[index]);
      if (gray.empty()) return Error{ErrorCode::kCorrupt, std::string("the TIFF page is damaged") + kRemedy};
      return PageImage{gray, page.value().stored.dpi, orientation_rotation_deg(page.value().orientation)};
    });
  }

 private:
  Result<TiffPage> select(int index) {
    const toff_t offset = pages_.at(index);
    if (offset == 0 || !TIFFSetSubDirectory(tiff_.get(), offset)) {
      return Error{ErrorCode::kCorrupt,
                   std::string("the TIFF is damaged or cut short from this page on") + kRemedy};
    }
    std::uint32_t width = 0, height = 0;
    std::uint16_t orientation = ORIENTATION_TOPLEFT, bits = 1, samples = 1, unit = RESUNIT_INCH;
    float x_resolution = 0, y_resolution = 0;
    TIFFGetField(tiff_.get(), TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff_.get(), TIFFTAG_IMAGELENGTH, &height);
    TIFFGetField(tiff_.get(), TIFFTAG_ORIENTATION, &orientation);
    TIFFGetFieldDefaulted(tiff_.get(), TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff_.get(), TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff_.get(), TIFFTAG_RESOLUTIONUNIT, &unit);
    TIFFGetField(tiff_.get(), TIFFTAG_XRESOLUTION, &x_resolution);
    TIFFGetField(tiff_.get(), TIFFTAG_YRESOLUTION, &y_resolution);
    const double dpi = std::max(x_resolution, y_resolution) * (unit == RESUNIT_CENTIMETER ? 2.54 : 1.0);
    const auto size = check_size({static_cast<int>(std::min<std::uint32_t>(width, INT32_MAX)),
                                  static_cast<int>(std::min<std::uint32_t>(height, INT32_MAX)),
                                  unit == RESUNIT_NONE ? 0 : plausible_dpi(dpi)},
                                 options_, "raise --max-megapixels to read it");
    if (!size) return size.error();
    return TiffPage{size.value(), orientation, bits, samples};
  }

  // Whether all pixel data lies inside the file: the fax decoders make up rows for data that is missing, and
  // a page read in part must not pass for the whole.
  bool strips_in_file() {
    std::error_code error;
    const auto file_bytes = std::filesystem::file_size(path_, error);
    if (error) return false;
    const std::uint32_t strips =
        TIFFIsTiled(tiff_.get()) ? TIFFNumberOfTiles(tiff_.get()) : TIFFNumberOfStrips(tiff_.get());
    for (std::uint32_t strip = 0; strip < strips; ++strip) {
      int failed = 0;
      const std::uint64_t offset = TIFFGetStrileOffsetWithErr(tiff_.get(), strip, &failed);
      const std::uint64_t bytes = TIFFGetStrileByteCountWithErr(tiff_.get(), strip, &failed);
      if (failed || offset > file_bytes || bytes > file_bytes - offset) return false;
    }
    return true;
  }

  // Leptonica leaves out tiles, and turns colour images the wrong way for some orientations. libtiff's own
  // conversion gives R G B A, the colours multiplied by A, as stored once the orientation is out of its
  // sight.
  cv::Mat read_with_libtiff(const TiffPage& page, toff_t offset) {
    // libtiff 4.5.0 reads uncompressed tiles only from a mapped file.
    const TiffPtr tiff = open_quietly(path_, TIFFIsTiled(tiff_.get()) ? "r" : "rm");
    if (!tiff || !TIFFSetSubDirectory(tiff.get(), offset)) return {};
    TIFFSetField(tiff.get(), TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    cv::Mat colours(page.stored.height_px, page.stored.width_px, CV_8UC4);
    if (!TIFFReadRGBAImageOriented(tiff.get(), colours.cols, colours.rows, colours.ptr<std::uint32_t>(),
                                   ORIENTATION_TOPLEFT, /*stopOnError=*/1)) {
      return {};
    }
    cv::Mat gray, alpha;
    cv::cvtColor(colours, gray, cv::COLOR_RGBA2GRAY);
    cv::extractChannel(colours, alpha, 3);
    gray += 255 - alpha;  // over white
    return apply_orientation(gray, page.orientation);
  }

  std::filesystem::path path_;
  TiffPtr tiff_;
  std::vector<toff_t> pages_;
  ReadOptions options_;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_tiff(const std::filesystem::path& path, const ReadOptions& options) {
  return guarded([&]() -> Result<std::unique_ptr<Reader>> {
    TiffPtr tiff = open_quietly(path);
    if (!tiff) return Error{ErrorCode::kCorrupt, std::string("the TIFF is damaged or cut short") + kRemedy};
    std::vector<toff_t> pages = find_pages(tiff.get());
    if (pages.empty()) return Error{ErrorCode::kNoPages, "the TIFF has no page"};
    return std::unique_ptr<Reader>(new TiffReader(path, std::move(tiff), std::move(pages), options));
  });
}

}  // namespace ocrbatch::io
