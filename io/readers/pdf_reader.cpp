// PDF through Poppler's C++ interface, page by page.
#include <algorithm>
#include <cmath>
#include <optional>

#include "io/readers/format.h"

#ifdef OCRBATCH_POPPLER
#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page-renderer.h>
#include <poppler-page.h>

#include "io/readers/pdf_scans.h"
#endif

namespace ocrbatch::io {

#ifndef OCRBATCH_POPPLER

void initialize_pdf() {}

Result<std::unique_ptr<Reader>> open_pdf(const std::filesystem::path&, const ReadOptions&) {
  return Error{ErrorCode::kUnsupported, "this build reads no PDF: build with -DOCRBATCH_POPPLER=ON"};
}

#else

namespace {

constexpr double kMinDpi = 150, kMaxDpi = 400;
// Pages that are no scans: letters of print that is not small get as many pixels as lines are read with, and
// rendering takes half as long at 200 dpi as at 300.
constexpr double kVectorDpi = 300, kLeastVectorDpi = 200, kEmPixels = 27.5;
constexpr double kLeastReducedDpi = 100;  // below, letters of usual size cannot be read
constexpr double kLeastStoredDpi = 70;
constexpr double kSquarePixels = 1.03;  // sides of pixels that differ by less are taken as they are

// Poppler (Splash) draws an image whose edge falls on a pixel boundary one pixel too wide, and so resamples a
// scan drawn at exactly its own resolution, which blurs it and costs time. A hair less, and its pixels come
// out untouched.
constexpr double kHairLess = 1 - 1e-5;

// Resolution in each direction, as displayed.
struct Resolution {
  double x = 0, y = 0;

  double nominal() const { return std::round(std::max(x, y)); }
};

void ignore_message(const std::string&, void*) {}

std::unique_ptr<poppler::page> open_page(poppler::document& document, int index) {
  return std::unique_ptr<poppler::page>(document.create_page(index));
}

Error missing_page() {
  return {ErrorCode::kCorrupt,
          "the PDF's page is missing or damaged: try to repair it with qpdf or mutool clean"};
}

int rotation_deg(const poppler::page& page) {
  switch (page.orientation()) {
    case poppler::page::landscape:
      return 90;
    case poppler::page::upside_down:
      return 180;
    case poppler::page::seascape:
      return 270;
    default:
      return 0;
  }
}

cv::Mat render(const poppler::page& page, const Resolution& resolution) {
  poppler::page_renderer renderer;
  renderer.set_image_format(poppler::image::format_gray8);
  renderer.set_render_hints(poppler::page_renderer::antialiasing | poppler::page_renderer::text_antialiasing);
  const poppler::image image =
      renderer.render_page(&page, resolution.x * kHairLess, resolution.y * kHairLess);
  if (!image.is_valid() || image.width() <= 0 || image.height() <= 0) return {};
  // const_data() and a copy: the image's memory goes with it.
  return cv::Mat(image.height(), image.width(), CV_8UC1, const_cast<char*>(image.const_data()),
                 static_cast<std::size_t>(image.bytes_per_row()))
      .clone();
}

class PdfReader : public Reader {
 public:
  PdfReader(const std::filesystem::path& path, std::unique_ptr<poppler::document> document, int pages,
            const ReadOptions& options)
      : document_(std::move(document)), scans_(path), pages_(pages), options_(options) {}

  int page_count() const override { return pages_; }

  Result<PageSize> page_size(int index) override {
    return guarded([&]() -> Result<PageSize> {
      if (const auto scan = stored_scan(index)) return PageSize{scan->width_px, scan->height_px, scan->dpi};
      const auto page = open_page(*document_, index);
      if (!page) return missing_page();
      return size_at(*page, fitted_resolution(*page, index));
    });
  }

  Result<PageImage> read_page(int index) override {
    return guarded([&]() -> Result<PageImage> {
      if (const auto scan = stored_scan(index)) {
        if (const auto gray = scans_.read_stored_scan())
          return PageImage{gray->isContinuous() ? *gray : gray->clone(), scan->dpi, scan->rotation_deg};
      }
      const auto page = open_page(*document_, index);
      if (!page) return missing_page();
      const Resolution resolution = fitted_resolution(*page, index);
      const auto size = size_at(*page, resolution);
      if (!size) return size.error();
      PageImage image;
      image.dpi = size.value().dpi;
      image.rotation_deg = rotation_deg(*page);
      image.gray = render(*page, resolution);
      if (image.gray.empty()) return missing_page();
      return image;
    });
  }

 private:
  // Most scanned pages need no renderer.
  std::optional<StoredScan> stored_scan(int index) {
    if (options_.dpi > 0) return std::nullopt;
    if (index != stored_index_) {
      stored_ = scans_.stored_scan(index, kLeastStoredDpi, kMaxDpi, options_.max_megapixels);
      stored_index_ = index;
    }
    return stored_;
  }

  PageSize pixels_at(const poppler::page& page, const Resolution& resolution) const {
    const poppler::rectf box = page.page_rect(poppler::crop_box);
    double width_pt = std::abs(box.width()), height_pt = std::abs(box.height());
    if (rotation_deg(page) % 180 != 0) std::swap(width_pt, height_pt);
    // Rounded as Poppler does it. Boxes of millions of inches occur in damaged files.
    const auto pixels = [](double points, double dpi) {
      return static_cast<int>(std::clamp(std::floor(points * dpi * kHairLess / 72 + 0.5), 1.0, 2e9));
    };
    return {pixels(width_pt, resolution.x), pixels(height_pt, resolution.y), resolution.nominal()};
  }

  Result<PageSize> size_at(const poppler::page& page, const Resolution& resolution) const {
    return check_size(pixels_at(page, resolution), options_, "lower --dpi or raise --max-megapixels");
  }

  // Lower than the page's own where it would be larger than allowed and can still be read then.
  Resolution fitted_resolution(const poppler::page& page, int index) {
    const Resolution own = resolution_of(page, index);
    const PageSize size = pixels_at(page, own);
    const double megapixels = 1e-6 * size.width_px * size.height_px;
    if (megapixels <= options_.max_megapixels) return own;
    // A little less, for sides are rounded to whole pixels.
    const double factor = std::sqrt(options_.max_megapixels / megapixels) * 0.999;
    const Resolution reduced{own.x * factor, own.y * factor};
    return std::min(reduced.x, reduced.y) >= kLeastReducedDpi ? reduced : own;
  }

  Resolution resolution_of(const poppler::page& page, int index) {
    if (options_.dpi > 0) return {options_.dpi, options_.dpi};
    if (index == known_index_) return known_;
    ScanDpi scan = scans_.scan_dpi(index).value_or(vector_dpi(index));
    if (rotation_deg(page) % 180 != 0) std::swap(scan.x, scan.y);
    const double finer = std::max(scan.x, scan.y), coarser = std::min(scan.x, scan.y);
    const bool own_pixels = coarser >= kMinDpi && finer <= kMaxDpi && finer < kSquarePixels * coarser;
    const double dpi = std::round(std::clamp(finer, kMinDpi, kMaxDpi));
    known_ = own_pixels ? Resolution{scan.x, scan.y} : Resolution{dpi, dpi};
    known_index_ = index;
    return known_;
  }

  // In steps of ten.
  ScanDpi vector_dpi(int index) {
    const double print_pt = scans_.small_print_pt(index).value_or(0);
    const double wanted = print_pt > 0 ? 10 * std::ceil(72 * kEmPixels / print_pt / 10) : kVectorDpi;
    const double dpi = std::clamp(wanted, kLeastVectorDpi, kVectorDpi);
    return {dpi, dpi};
  }

  std::unique_ptr<poppler::document> document_;
  PdfScans scans_;
  int pages_;
  ReadOptions options_;
  int stored_index_ = -1;  // as below
  std::optional<StoredScan> stored_;
  int known_index_ = -1;  // page_size and read_page ask for the same page in turn
  Resolution known_;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_pdf(const std::filesystem::path& path, const ReadOptions& options) {
  return guarded([&]() -> Result<std::unique_ptr<Reader>> {
    std::unique_ptr<poppler::document> document(poppler::document::load_from_file(path.string()));
    if (!document) {
      return Error{ErrorCode::kCorrupt,
                   "the PDF is damaged or cut short: try to repair it with qpdf or mutool clean"};
    }
    if (document->is_locked()) {
      return Error{
          ErrorCode::kEncrypted,
          "a password is needed: save a copy without one (qpdf --decrypt --password=PASSWORD IN OUT)"};
    }
    const int pages = document->pages();
    if (pages <= 0) {
      if (!pdf_holds_pages(path)) return Error{ErrorCode::kNoPages, "the PDF has no page"};
      return Error{ErrorCode::kCorrupt, "the PDF's page count is damaged: save it anew from a PDF editor"};
    }
    return std::unique_ptr<Reader>(new PdfReader(path, std::move(document), pages, options));
  });
}

// Renders one page of a tiny document in memory, and keeps the document for good: Poppler creates lcms
// profiles at the first page it renders, without a lock, and drops its global state (fonts, message handler)
// with the last document that is open.
void initialize_pdf() {
  poppler::set_debug_error_function(ignore_message, nullptr);
  static const char kDocument[] =
      "%PDF-1.4\n"
      "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
      "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
      "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 8 8]/Resources<<>>/Contents 4 0 R>>endobj\n"
      "4 0 obj<</Length 32>>stream\n"
      "1 0 0 0 k 1 0 0 rg 0 0 4 4 re f\n"
      "endstream endobj\n"
      "trailer<</Root 1 0 R/Size 5>>\n%%EOF\n";
  static poppler::document* const kept =
      poppler::document::load_from_raw_data(kDocument, static_cast<int>(sizeof kDocument) - 1);
  if (!kept) return;
  if (const auto page = open_page(*kept, 0)) render(*page, {72, 72});
}

#endif

}  // namespace ocrbatch::io
