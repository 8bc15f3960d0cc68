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

}  // namespace

struct LayoutAnalyzer::Impl {
  LayoutMode mode;
  std::optional<TesseractLayout> tesseract;

  PageLayout analyze(const io::PageImage& page) {
    if (mode == LayoutMode::kLine) return single_line(page.gray);
    const bool is_fast = mode == LayoutMode::kFast;
    const LayoutImage image = is_fast ? make_quick_layout_image(page) : make_layout_image(page);
    const std::vector<FoundLine> lines = is_fast ? find_lines_fast(image) : tesseract->find_lines(image);
    return as_page_layout(lines, image, page.gray.size());
  }
};

LayoutAnalyzer::LayoutAnalyzer(LayoutMode mode) : impl_(std::make_unique<Impl>()) {
  impl_->mode = mode;
  if (mode == LayoutMode::kTesseract) impl_->tesseract.emplace();
}
LayoutAnalyzer::~LayoutAnalyzer() = default;
LayoutAnalyzer::LayoutAnalyzer(LayoutAnalyzer&&) noexcept = default;
LayoutAnalyzer& LayoutAnalyzer::operator=(LayoutAnalyzer&&) noexcept = default;

io::Result<PageLayout> LayoutAnalyzer::analyze(const io::PageImage& page) {
  if (page.gray.empty()) return PageLayout{};
  try {
    return impl_->analyze(page);
  } catch (const std::bad_alloc&) {
    return io::Error{io::ErrorCode::kOutOfMemory, "not enough memory to find the lines of the page"};
  } catch (const std::exception& error) {
    return io::Error{io::ErrorCode::kLayoutFailed, std::string("line finding failed: ") + error.what()};
  }
}

}  // namespace ocrbatch::pipeline
