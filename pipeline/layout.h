// Layout: where the text lines of a page are, and in which order they are read.
//
//   LayoutAnalyzer analyzer(LayoutMode::kFast);                 // one per thread, kept for its life
//   io::Result<PageLayout> layout = analyzer.analyze(image);
//   if (!layout) ...                                            // kLayoutFailed, kOutOfMemory
//   for (const auto& geometry : layout.value().geometries) kernels::prepare_line(image.gray, geometry, ...);
//   ... recognize ...
//   page.blocks = std::move(layout.value().blocks);
//   std::vector<io::Line*> lines = lines_in_order(page.blocks);  // lines[i] was cut with geometries[i]
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "io/document.h"
#include "io/reader.h"
#include "kernels/line_preparation.h"
#include "pipeline/layout/letter_neighbours.h"
#include "pipeline/layout/upright_rules.h"

namespace ocrbatch::pipeline {

enum class LayoutMode { kTesseract, kLine, kFast };

// Whether a line is one, which who can read it will know.
enum class Doubt : std::uint8_t {
  kNone,
  kDoubtful,  // may be no print: left out unless it reads well
  kOtherWay,  // the same, and the line before it the other way round: one of the two is left out
};

// The lines of one page. `blocks` is the tree that goes into the page's record: boxes and baselines are set,
// texts, words and confidences are empty; no block or paragraph is without a line. A page without text has no
// blocks.
struct PageLayout {
  std::vector<io::Block> blocks;
  std::vector<kernels::LineGeometry>
      geometries;                  // of the lines in reading order, as many as the tree has lines
  std::vector<Doubt> doubts;       // of the lines in that order
  std::vector<UprightRule> rules;  // borders of cells; to be painted over before lines are cut
  LetterNeighbours neighbours;     // none where the image was taken for one line
  bool may_be_one_line = false;    // the image is no larger than that of a line or a word that was cut out
};

// The lines of a tree in reading order; pointers into `blocks`.
std::vector<io::Line*> lines_in_order(std::vector<io::Block>& blocks);

// Finds lines. Not thread-safe: one object per thread, which holds Tesseract's state between pages.
// kTesseract: Tesseract's page layout analysis, without recognition or language data; vertical text, pictures
// and rules are left out. kFast: connected components, lines along baselines, columns by white space;
// pictures and rules are left out. kLine: the whole image is one line.
class LayoutAnalyzer {
 public:
  explicit LayoutAnalyzer(LayoutMode mode);  // throws std::runtime_error when Tesseract cannot be started
  ~LayoutAnalyzer();
  LayoutAnalyzer(LayoutAnalyzer&&) noexcept;
  LayoutAnalyzer& operator=(LayoutAnalyzer&&) noexcept;

  // `image.gray` is CV_8UC1 of any size; an empty image has no lines. Boxes lie inside the image.
  // as_one_line: as with kLine.
  io::Result<PageLayout> analyze(const io::PageImage& image, bool as_one_line = false);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ocrbatch::pipeline
