#include "io/readers/pdf_resolution.h"

#include <algorithm>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <string>

#include "io/readers/pdf_content.h"

namespace ocrbatch::io {
namespace {

constexpr int kMaxTreeDepth = 64;
constexpr double kMinPageShare = 0.3;     // images covering less of the page are illustrations
constexpr double kCoveringShare = 0.8;    // an image covering so much hides the text drawn before it
constexpr std::size_t kStampBytes = 200;  // visible text up to this is a stamp or a footer put on a scan
constexpr double kPrintDpi = 300;

// What a page takes from the nodes above it.
struct PageObject {
  QPDFObjectHandle page, resources, media_box, crop_box;

  void inherit(QPDFObjectHandle node) {
    page = node;
    if (node.hasKey("/Resources")) resources = node.getKey("/Resources");
    if (node.hasKey("/MediaBox")) media_box = node.getKey("/MediaBox");
    if (node.hasKey("/CropBox")) crop_box = node.getKey("/CropBox");
  }
};

// Descends by the nodes' page counts. QPDF::getAllPages would load every page object first: in each thread,
// for each document.
std::optional<PageObject> find_page(QPDF& pdf, int index) {
  PageObject found;
  QPDFObjectHandle node = pdf.getRoot().getKey("/Pages");
  for (int depth = 0; depth < kMaxTreeDepth; ++depth) {
    if (!node.isDictionary()) return std::nullopt;
    found.inherit(node);
    QPDFObjectHandle kids = node.getKey("/Kids");
    if (!kids.isArray()) return index == 0 ? std::optional(found) : std::nullopt;
    const int kid_count = kids.getArrayNItems();
    if (integer(node, "/Count") == kid_count && index < kid_count) {  // a flat list of pages
      QPDFObjectHandle kid = kids.getArrayItem(index);
      if (kid.isDictionary() && !kid.hasKey("/Kids")) {
        found.inherit(kid);
        return found;
      }
    }
    QPDFObjectHandle next = QPDFObjectHandle::newNull();
    for (int i = 0; i < kid_count && next.isNull(); ++i) {
      QPDFObjectHandle kid = kids.getArrayItem(i);
      if (!kid.isDictionary()) continue;
      const int pages = kid.hasKey("/Kids") ? std::max(0, integer(kid, "/Count")) : 1;
      if (index < pages) {
        next = kid;
      } else {
        index -= pages;
      }
    }
    node = next;
  }
  return std::nullopt;
}

std::optional<Rect> rectangle(QPDFObjectHandle object) {
  if (!object.isInitialized() || !object.isRectangle()) return std::nullopt;
  const QPDFObjectHandle::Rectangle r = object.getArrayAsRectangle();
  return Rect{std::min(r.llx, r.urx), std::min(r.lly, r.ury), std::max(r.llx, r.urx), std::max(r.lly, r.ury)};
}

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

std::unique_ptr<QPDF> open_quietly(const std::filesystem::path& path) {
  auto pdf = std::make_unique<QPDF>();
  pdf->setSuppressWarnings(true);
  pdf->processFile(path.c_str());
  return pdf;
}

}  // namespace

struct PdfResolution::Impl {
  std::filesystem::path path;
  std::unique_ptr<QPDF> pdf;
  bool tried = false;
};

PdfResolution::PdfResolution(std::filesystem::path path) : impl_(std::make_unique<Impl>()) {
  impl_->path = std::move(path);
}
PdfResolution::~PdfResolution() = default;

std::optional<ScanDpi> PdfResolution::scan_dpi(int index) {
  try {
    if (!impl_->tried) {
      impl_->tried = true;
      impl_->pdf = open_quietly(impl_->path);
    }
    if (!impl_->pdf) return std::nullopt;
    auto found = find_page(*impl_->pdf, index);
    if (!found) return std::nullopt;
    Rect box = rectangle(found->media_box).value_or(Rect{0, 0, 612, 792});
    if (const auto crop = rectangle(found->crop_box)) box = intersect(box, *crop);
    if (!(box.area() > 0)) return std::nullopt;
    std::string content;
    QPDFObjectHandle contents = found->page.getKey("/Contents");
    if (contents.isArray()) {
      for (int i = 0, n = contents.getArrayNItems(); i < n; ++i)
        append_stream(contents.getArrayItem(i), &content);
    } else {
      append_stream(contents, &content);
    }
    ContentImages images(box);
    images.run(content, found->resources, {}, 0);
    return judge(images);
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
