// Tesseract's page layout analysis, without recognition or language data.
#pragma once

#include <memory>
#include <vector>

#include "pipeline/layout/found_line.h"
#include "pipeline/layout/layout_image.h"

namespace ocrbatch::pipeline {

// Holds Tesseract's state; what one page leaves in it never reaches the next. Not thread-safe.
class TesseractLayout {
 public:
  TesseractLayout();  // throws std::runtime_error when Tesseract cannot be started
  ~TesseractLayout();

  // The lines in reading order, with settled geometries, in pixels of `image`. Vertical text, pictures and
  // rules are left out.
  std::vector<FoundLine> find_lines(const LayoutImage& image);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ocrbatch::pipeline
