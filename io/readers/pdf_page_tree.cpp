#include "io/readers/pdf_page_tree.h"

#include <algorithm>

namespace ocrbatch::io {
namespace {

constexpr int kMaxTreeDepth = 64;

void inherit(PdfPage& page, QPDFObjectHandle node) {
  page.page = node;
  if (node.hasKey("/Resources")) page.resources = node.getKey("/Resources");
  if (node.hasKey("/MediaBox")) page.media_box = node.getKey("/MediaBox");
  if (node.hasKey("/CropBox")) page.crop_box = node.getKey("/CropBox");
  if (node.hasKey("/Rotate")) page.rotate = node.getKey("/Rotate");
}

std::optional<Rect> rectangle(QPDFObjectHandle object) {
  if (!object.isInitialized() || !object.isRectangle()) return std::nullopt;
  const QPDFObjectHandle::Rectangle r = object.getArrayAsRectangle();
  return Rect{std::min(r.llx, r.urx), std::min(r.lly, r.ury), std::max(r.llx, r.urx), std::max(r.lly, r.ury)};
}

}  // namespace

Rect PdfPage::box() const {
  const Rect letter{0, 0, 612, 792};
  const Rect media = rectangle(media_box).value_or(letter);
  const auto crop = rectangle(crop_box);
  return crop ? intersect(media, *crop) : media;
}

int PdfPage::rotation_deg() const {
  QPDFObjectHandle value = rotate;
  if (!value.isInitialized() || !value.isInteger()) return 0;
  return (value.getIntValueAsInt() % 360 + 360) % 360 / 90 * 90;
}

std::string PdfPage::content() const {
  QPDFObjectHandle owner = page;
  QPDFObjectHandle contents = owner.getKey("/Contents");
  std::string text;
  if (contents.isArray()) {
    for (int i = 0, n = contents.getArrayNItems(); i < n; ++i) append_stream(contents.getArrayItem(i), &text);
  } else {
    append_stream(contents, &text);
  }
  return text;
}

std::unique_ptr<QPDF> open_quietly(const std::filesystem::path& path) {
  auto pdf = std::make_unique<QPDF>();
  pdf->setSuppressWarnings(true);
  pdf->processFile(path.c_str());
  return pdf;
}

// Descends by the nodes' page counts. QPDF::getAllPages would load every page object first: in each thread,
// for each document.
std::optional<PdfPage> find_page(QPDF& pdf, int index) {
  PdfPage found;
  QPDFObjectHandle node = pdf.getRoot().getKey("/Pages");
  for (int depth = 0; depth < kMaxTreeDepth; ++depth) {
    if (!node.isDictionary()) return std::nullopt;
    inherit(found, node);
    QPDFObjectHandle kids = node.getKey("/Kids");
    if (!kids.isArray()) return index == 0 ? std::optional(found) : std::nullopt;
    const int kid_count = kids.getArrayNItems();
    if (integer(node, "/Count") == kid_count && index < kid_count) {  // a flat list of pages
      QPDFObjectHandle kid = kids.getArrayItem(index);
      if (kid.isDictionary() && !kid.hasKey("/Kids")) {
        inherit(found, kid);
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

}  // namespace ocrbatch::io
