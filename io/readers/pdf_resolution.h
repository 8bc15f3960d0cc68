// What Poppler's C++ interface does not tell of a PDF, asked of qpdf: above all, at which resolution a page
// was scanned.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

namespace ocrbatch::io {

// Dots per inch along the page's axes, before /Rotate.
struct ScanDpi {
  double x = 0, y = 0;
};

// Not thread-safe. Never throws: whatever is damaged, too deep or too large to look through gives no answer.
class PdfResolution {
 public:
  explicit PdfResolution(std::filesystem::path path);  // opens the file at the first question
  ~PdfResolution();

  // The resolution of the image that makes up page `index` (from 0), as placed on it. Nothing when the page
  // is not essentially one image (or strips or layers of one), or when text is printed beside it.
  std::optional<ScanDpi> scan_dpi(int index);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether the tree of pages holds any, whatever the count in front of it says. Never throws.
bool pdf_holds_pages(const std::filesystem::path& path);

}  // namespace ocrbatch::io
