// Scanned pages that show one image and nothing else, so that its pixels can be taken as they are stored.
#pragma once

#include <optional>
#include <qpdf/QPDFObjectHandle.hh>

#include "io/readers/pdf_content.h"
#include "io/readers/pdf_page_tree.h"

namespace ocrbatch::io {

struct SoleImage {
  QPDFObjectHandle stream;
  Matrix placement;  // from the unit square, in which the image stands upright, to the page's points

  Rect bounds() const;  // on the page
};

// Nothing where the page shows anything beside the image or on it, where the image is cut, tilted, blended or
// covers less than 95 % of the page, and where the content is damaged or uses what is not known here. Text
// that is invisible or lies under the image does not count. Throws std::exception for content that is too
// large.
std::optional<SoleImage> find_sole_image(const PdfPage& page);

}  // namespace ocrbatch::io
