#include "io/readers/pdf_scans.h"

#include <algorithm>
#include <cmath>
#include <qpdf/QPDF.hh>

#include "io/readers/pdf_content.h"
#include "io/readers/pdf_image_stream.h"
#include "io/readers/pdf_page_tree.h"
#include "io/readers/pdf_sole_image.h"
#include "io/readers/pix.h"

namespace ocrbatch::io {
namespace {

constexpr double kMinPageShare = 0.3;     // images covering less of the page are illustrations
constexpr double kCoveringShare = 0.8;    // an image covering so much hides the text drawn before it
constexpr std::size_t kStampBytes = 200;  // visible text up to this is a stamp or a footer put on a scan
constexpr double kPrintDpi = 300;
constexpr double kSquarePixels = 1.03;  // sides of pixels that differ by less are taken as they are

double finer_dpi(const PlacedImage& image) {
  return std::max(image.dpi_x, image.dpi_y);
}

std::optional<ScanDpi> judge(const ContentImages& page) {
  double largest = 0, covered = 0;
  for (const PlacedImage& image : page.images) {
    largest = std::max(largest, image.share);
    covered += image.share;
  }
  if (covered < kMinPageShare) return std::nullopt;
  // Of layers and strips of a similar size the sharpest counts: letters are in it.
  const PlacedImage* scan = nullptr;
  for (const PlacedImage& image : page.images) {
    if (image.share >= largest / 2 && (!scan || finer_dpi(image) > finer_dpi(*scan))) scan = &image;
  }
  const std::size_t hidden = covered >= kCoveringShare ? scan->text_before : 0;
  const bool printed_text = page.visible_text - hidden > kStampBytes;
  if (printed_text && finer_dpi(*scan) < kPrintDpi) return std::nullopt;
  return ScanDpi{scan->dpi_x, scan->dpi_y};
}

// One of EXIF's orientations: how the stored image stands on the page, which is not turned yet.
int placed_orientation(const Matrix& m) {
  const bool sideways = std::abs(m.b) > std::abs(m.a);
  const bool right = m.a > 0, up = m.d > 0;  // where the image's own right and top point to
  if (!sideways) return right ? (up ? 1 : 4) : (up ? 2 : 3);
  const bool right_is_up = m.b > 0, top_is_right = m.c > 0;
  return right_is_up ? (top_is_right ? 7 : 8) : (top_is_right ? 6 : 5);
}

cv::Mat turned(const cv::Mat& page, int rotation_deg) {
  constexpr int kClockwise = 6, kHalf = 3, kCounterclockwise = 8;
  return apply_orientation(page, rotation_deg == 90    ? kClockwise
                                 : rotation_deg == 180 ? kHalf
                                 : rotation_deg == 270 ? kCounterclockwise
                                                       : 1);
}

// Where the page lies on its image, in pixels of the image upon the page (before /Rotate).
struct Cut {
  SoleImage image;
  int rotation_deg = 0, reduction = 1;
  int left_px = 0, top_px = 0, width_px = 0,
      height_px = 0;  // may reach over the image's edges, where paper is
};

cv::Mat cut_page(const cv::Mat& image, const Cut& cut) {
  const cv::Rect wanted(cut.left_px, cut.top_px, cut.width_px, cut.height_px);
  const cv::Rect there = wanted & cv::Rect(0, 0, image.cols, image.rows);
  if (there == wanted) return image(there);
  cv::Mat page(wanted.size(), CV_8UC1, cv::Scalar(255));
  if (!there.empty()) image(there).copyTo(page(there - wanted.tl()));
  return page;
}

}  // namespace

struct PdfScans::Impl {
  std::filesystem::path path;
  std::unique_ptr<QPDF> pdf;
  bool tried = false;
  std::optional<Cut> cut;

  std::optional<ContentImages> content;  // of page content_index
  int content_index = -1;

  // Throws std::exception for what is damaged or too large. Null for a page that is not there or has no area.
  const ContentImages* content_of(int index) {
    if (index != content_index) {
      content.reset();
      content_index = index;
      const auto whole = page(index);
      if (whole && whole->box().area() > 0) {
        ContentImages found(whole->box());
        found.run(whole->content(), whole->resources, {}, 0);
        content = std::move(found);
      }
    }
    return content ? &*content : nullptr;
  }

  std::optional<PdfPage> page(int index) {
    if (!tried) {
      tried = true;
      pdf = open_quietly(path);
    }
    return pdf ? find_page(*pdf, index) : std::nullopt;
  }
};

PdfScans::PdfScans(std::filesystem::path path) : impl_(std::make_unique<Impl>()) {
  impl_->path = std::move(path);
}
PdfScans::~PdfScans() = default;

std::optional<ScanDpi> PdfScans::scan_dpi(int index) {
  try {
    const ContentImages* const content = impl_->content_of(index);
    return content ? judge(*content) : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<double> PdfScans::small_print_pt(int index) {
  constexpr double kSmallShare = 0.05, kMostPictures = 0.1;
  try {
    const ContentImages* const content = impl_->content_of(index);
    if (!content || content->visible_text == 0) return std::nullopt;
    double pictures = 0;
    for (const PlacedImage& image : content->images) pictures += image.share;
    return pictures < kMostPictures ? std::optional(content->text_size_pt(kSmallShare)) : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<StoredScan> PdfScans::stored_scan(int index, double least_dpi, double most_dpi,
                                                double max_megapixels) {
  impl_->cut.reset();
  try {
    const auto page = impl_->page(index);
    if (!page) return std::nullopt;
    auto image = find_sole_image(*page);
    if (!image) return std::nullopt;
    QPDFObjectHandle dictionary = image->stream.getDict();
    double width = integer(dictionary, "/Width"), height = integer(dictionary, "/Height");
    // Before any of it is decoded: the whole image has to fit into memory first.
    if (!(width > 0) || !(height > 0) || 1e-6 * width * height > max_megapixels) return std::nullopt;
    if (orientation_swaps_sides(placed_orientation(image->placement))) std::swap(width, height);
    const Rect box = page->box(), bounds = image->bounds();
    const double dpi_x = 72 * width / (bounds.x1 - bounds.x0), dpi_y = 72 * height / (bounds.y1 - bounds.y0);
    const double finer = std::max(dpi_x, dpi_y), coarser = std::min(dpi_x, dpi_y);
    if (finer >= kSquarePixels * coarser) return std::nullopt;
    Cut cut{*image, page->rotation_deg()};
    constexpr int kMostReduced = 8;
    while (finer / cut.reduction > most_dpi && cut.reduction < kMostReduced) cut.reduction *= 2;
    if (finer / cut.reduction > most_dpi || coarser / cut.reduction < least_dpi) return std::nullopt;
    const double per_point_x = dpi_x / 72 / cut.reduction, per_point_y = dpi_y / 72 / cut.reduction;
    const auto pixels = [](double points, double per_point) {
      return static_cast<int>(std::lround(points * per_point));
    };
    cut.left_px = pixels(box.x0 - bounds.x0, per_point_x);
    cut.top_px = pixels(bounds.y1 - box.y1, per_point_y);
    cut.width_px = std::max(1, pixels(box.x1 - bounds.x0, per_point_x) - cut.left_px);
    cut.height_px = std::max(1, pixels(bounds.y1 - box.y0, per_point_y) - cut.top_px);
    // The page's box is rounded to points, and so the image's edge may lie a pixel beside it.
    const auto snap = [](int& begin, int& size, double image_size) {
      const int whole = static_cast<int>(std::ceil(image_size));
      if (std::abs(begin) <= 1 && std::abs(begin + size - whole) <= 1) begin = 0, size = whole;
    };
    snap(cut.left_px, cut.width_px, width / cut.reduction);
    snap(cut.top_px, cut.height_px, height / cut.reduction);
    StoredScan scan{cut.width_px, cut.height_px, std::round(finer / cut.reduction), cut.rotation_deg};
    if (cut.rotation_deg % 180 != 0) std::swap(scan.width_px, scan.height_px);
    if (1e-6 * scan.width_px * scan.height_px > max_megapixels) return std::nullopt;
    impl_->cut = std::move(cut);
    return scan;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<cv::Mat> PdfScans::read_stored_scan() {
  if (!impl_->cut) return std::nullopt;
  try {
    const Cut& cut = *impl_->cut;
    const auto stored = decode_image_stream(cut.image.stream, cut.reduction);
    if (!stored) return std::nullopt;
    const cv::Mat upon_page = apply_orientation(*stored, placed_orientation(cut.image.placement));
    return turned(cut_page(upon_page, cut), cut.rotation_deg);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

bool pdf_holds_pages(const std::filesystem::path& path) {
  try {
    return !open_quietly(path)->getAllPages().empty();
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace ocrbatch::io
