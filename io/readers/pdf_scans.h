// What Poppler's C++ interface does not tell of a PDF, asked of qpdf: at which resolution a page was scanned,
// and, where a page is one image and nothing else, that image as it is stored.
#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>

namespace ocrbatch::io {

// Dots per inch along the page's axes, before /Rotate.
struct ScanDpi {
  double x = 0, y = 0;
};

// A page that is one image, as it will be read: upright.
struct StoredScan {
  int width_px = 0, height_px = 0;
  double dpi = 0;
  int rotation_deg = 0;  // clockwise, that of the page
};

// Not thread-safe. Never throws: whatever is damaged, too deep or too large to look through gives no answer.
class PdfScans {
 public:
  explicit PdfScans(std::filesystem::path path);  // opens the file at the first question
  ~PdfScans();

  // The resolution of the image that makes up page `index` (from 0), as placed on it. Nothing when the page
  // is not essentially one image (or strips or layers of one), or when text is printed beside it.
  std::optional<ScanDpi> scan_dpi(int index);

  // The size of page `index`'s small print, a twentieth of its text. Nothing without text, and where
  // pictures, which may hold print of any size, cover a tenth of the page.
  std::optional<double> small_print_pt(int index);

  // Nothing when the page shows more than one upright image that covers it, when the image has more than
  // `max_megapixels`, or when its resolution is not the same in both directions or lies below `least_dpi`.
  // Sides are divided by 2, 4 or 8 where the resolution lies above `most_dpi`; where that is not enough the
  // answer is nothing, too.
  std::optional<StoredScan> stored_scan(int index, double least_dpi, double most_dpi, double max_megapixels);

  // Pixels of the last page for which stored_scan() had an answer, CV_8UC1, of the size that it gave. Nothing
  // for images that are stored in a way that only a renderer knows, or damaged.
  std::optional<cv::Mat> read_stored_scan();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether the tree of pages holds any, whatever the count in front of it says. Never throws.
bool pdf_holds_pages(const std::filesystem::path& path);

}  // namespace ocrbatch::io
