// Readers turn a file into upright gray page images. `open_document` looks at the content, not at the name.
//
// To add a format: io/readers/x_reader.cpp with a `Reader` and one row in the table of io/readers.cpp.
#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>

#include "io/error.h"

namespace ocrbatch::io {

struct ReadOptions {
  double dpi = 0;  // at which PDF pages are rendered; 0: a page that is one image of 70-400 dpi (a finer one
                   // is reduced by 2, 4 or 8) is taken as it is stored, others are rendered at their scan's
                   // resolution within 150-400, and vector pages at 300
  double max_megapixels = 400;  // a larger PDF page is rendered at a lower resolution, down to 100 dpi; other
                                // larger pages are kTooLarge
};

// One decoded page: 8-bit gray, dark ink on light paper as on the original, upright after EXIF or PDF
// rotation.
struct PageImage {
  cv::Mat gray;          // CV_8UC1
  double dpi = 0;        // 0 when the file does not say
  int rotation_deg = 0;  // clockwise, how far the stored image was turned (EXIF orientation, TIFF tag)
};

// Turns the page clockwise by 0, 90, 180 or 270 degrees more than it was.
void turn(PageImage& image, int turn_deg);

// What is known of a page before its pixels are decoded; used to bound memory.
struct PageSize {
  int width_px = 0, height_px = 0;
  double dpi = 0;
};

// An open document. Not thread-safe: each thread opens its own (Poppler and Leptonica objects must not be
// shared).
class Reader {
 public:
  virtual ~Reader() = default;
  virtual int page_count() const = 0;                 // at least 1
  virtual Result<PageSize> page_size(int index) = 0;  // index from 0; cheap, no pixels decoded
  virtual Result<PageImage> read_page(int index) = 0;
};

Result<std::unique_ptr<Reader>> open_document(const std::filesystem::path& path, const ReadOptions& options);

// Must be called once, before any thread reads: warms up libraries whose lazy initialization races
// (Poppler's colour management) and silences their messages.
void initialize_readers();

// True when a folder scan should pick the file up: it has a document's name, or looks like one by its first
// bytes. Named files are tried whatever this says.
bool looks_like_document(const std::filesystem::path& path);
bool has_document_name(const std::filesystem::path& path);  // the file is not touched

}  // namespace ocrbatch::io
