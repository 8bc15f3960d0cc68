#include <algorithm>
#include <new>
#include <optional>

#include "pipeline/layout.h"
#include "pipeline/layout/fast.h"
#include "pipeline/layout/layout_image.h"
#include "pipeline/layout/page_layout.h"
#include "pipeline/layout/tesseract.h"

namespace ocrbatch::pipeline {
namespace {

PageLayout single_line(const cv::Mat& gray) {
  FoundLine line;
  line.geometry = kernels::find_line_geometry(gray);
  const auto& [start, end] = std::pair(line.geometry.baseline_start, line.geometry.baseline_end);
  const float top = std::min(start.y, end.y) - line.geometry.ascent_px;
  const float bottom = std::max(start.y, end.y) + line.geometry.descent_px;
  line.box = cv::Rect(cv::Point(cvFloor(start.x), cvFloor(top)), cv::Point(cvCeil(end.x), cvCeil(bottom)));
  return as_page_layout({line}, LayoutImage{}, gray.size());
}

constexpr int kHighestLinePx = 256;

// The image of a line or a word, cut out of a page: not high, and what was found in it stands in one row. Two
// rows of print that can be read are higher than the lowest of such images.
bool is_of_one_line(const cv::Mat& gray, const LayoutImage& image, const std::vector<FoundLine>& lines) {
  constexpr int kTooLowForTwoPx = 40;
  if (gray.rows > kHighestLinePx || image.components.empty()) return false;
  if (gray.rows < kTooLowForTwoPx) return true;
  int top = 0, bottom = image.ink.rows;  // that all lines share
  for (const FoundLine& line : lines) {
    top = std::max(top, line.box.y);
    bottom = std::min(bottom, line.box.br().y);
  }
  return top < bottom;
}

}  // namespace

struct LayoutAnalyzer::Impl {
  LayoutMode mode;
  std::optional<TesseractLayout> tesseract;

  PageLayout analyze(const io::PageImage& page, bool as_one_line) {
    if (as_one_line || mode == LayoutMode::kLine) return single_line(page.gray);
    if (mode == LayoutMode::kTesseract) {
      const LayoutImage image = make_layout_image(page);
      PageLayout layout = as_page_layout(tesseract->find_lines(image), image, page.gray.size());
      layout.neighbours = image.neighbours;
      return layout;
    }
    const LayoutImage image = make_quick_layout_image(page);
    const FastLayout found = find_lines_fast(image);
    if (is_of_one_line(page.gray, image, found.lines)) return single_line(page.gray);
    PageLayout layout = as_page_layout(found.lines, image, page.gray.size());
    layout.neighbours = image.neighbours;
    layout.rules = rules_on_page(found.rules, image, page.gray.size());
    return layout;
  }
};

LayoutAnalyzer::LayoutAnalyzer(LayoutMode mode) : impl_(std::make_unique<Impl>()) {
  impl_->mode = mode;
  if (mode == LayoutMode::kTesseract) impl_->tesseract.emplace();
}
LayoutAnalyzer::~LayoutAnalyzer() = default;
LayoutAnalyzer::LayoutAnalyzer(LayoutAnalyzer&&) noexcept = default;
LayoutAnalyzer& LayoutAnalyzer::operator=(LayoutAnalyzer&&) noexcept = default;

io::Result<PageLayout> LayoutAnalyzer::analyze(const io::PageImage& page, bool as_one_line) {
  if (page.gray.empty()) return PageLayout{};
  try {
    PageLayout layout = impl_->analyze(page, as_one_line);
    layout.may_be_one_line =
        as_one_line || impl_->mode == LayoutMode::kLine || page.gray.rows <= kHighestLinePx;
    return layout;
  } catch (const std::bad_alloc&) {
    return io::Error{io::ErrorCode::kOutOfMemory, "not enough memory to find the lines of the page"};
  } catch (const std::exception& error) {
    return io::Error{io::ErrorCode::kLayoutFailed, std::string("line finding failed: ") + error.what()};
  }
}

}  // namespace ocrbatch::pipeline
