// Pages of a PDF as qpdf sees them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <string>

#include "io/readers/pdf_content.h"

namespace ocrbatch::io {

// A page with what it takes from the nodes above it.
struct PdfPage {
  QPDFObjectHandle page, resources, media_box, crop_box, rotate;

  Rect box() const;             // the part that is shown, in points; no area: damaged
  int rotation_deg() const;     // 0, 90, 180 or 270, clockwise
  std::string content() const;  // of all its streams. Throws when it gets too large
};

// Throws std::exception.
std::unique_ptr<QPDF> open_quietly(const std::filesystem::path& path);

// Page `index` (from 0); nothing where the tree is damaged.
std::optional<PdfPage> find_page(QPDF& pdf, int index);

}  // namespace ocrbatch::io
