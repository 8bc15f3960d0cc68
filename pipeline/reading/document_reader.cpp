#include "pipeline/reading/document_reader.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "pipeline/exception_error.h"
#include "pipeline/halftone.h"

namespace ocrbatch::pipeline {
namespace {

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// Does `work` unless the page has failed already, and notes how long it took. What it throws becomes the
// page's error.
template <class Work>
bool stage(ReadPage& page, const char* name, io::ErrorCode otherwise, double& elapsed_ms, Work&& work) {
  if (page.error) return false;
  const auto start = std::chrono::steady_clock::now();
  bool threw = false;
  try {
    std::forward<Work>(work)();
  } catch (...) {
    page.error = current_exception_as_error(name, otherwise);
    threw = true;
  }
  elapsed_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return threw;
}

int trimmed_px(double trim, cv::Size image) {
  return static_cast<int>(std::lround(trim * std::min(image.width, image.height)));
}

// From places in the image without its edges to places in the whole one.
void move_lines(int trimmed_px, ReadPage& page) {
  if (trimmed_px == 0) return;
  const auto by = static_cast<float>(trimmed_px);
  const auto move_box = [&](io::Box& box) {
    box = {box.x0 + trimmed_px, box.y0 + trimmed_px, box.x1 + trimmed_px, box.y1 + trimmed_px};
  };
  const auto move_point = [&](auto& point) { point.x += by, point.y += by; };
  for (io::Block& block : page.layout.blocks) {
    move_box(block.bbox);
    for (io::Paragraph& paragraph : block.paragraphs) move_box(paragraph.bbox);
  }
  for (io::Line* line : lines_in_order(page.layout.blocks)) {
    move_box(line->bbox);
    move_point(line->baseline_start), move_point(line->baseline_end);
  }
  for (kernels::LineGeometry& geometry : page.layout.geometries)
    move_point(geometry.baseline_start), move_point(geometry.baseline_end);
  for (kernels::PreparedLine& line : page.lines) line.to_page(0, 2) += by, line.to_page(1, 2) += by;
}

}  // namespace

io::Result<io::Reader*> DocumentReader::open(const std::filesystem::path& document) {
  struct stat status {};
  const bool exists = ::stat(document.c_str(), &status) == 0;
  if (exists && reader_ && document == path_ && same_file(status, status_)) return reader_.get();
  reader_.reset();
  path_ = document;
  status_ = status;
  auto opened = io::open_document(document, options_.read);
  if (!opened) return opened.error();
  reader_ = std::move(opened).value();
  return reader_.get();
}

io::Result<io::Reader*> DocumentReader::open_at(const std::filesystem::path& document, int index) {
  auto reader = open(document);
  if (reader && (index < 0 || index >= reader.value()->page_count()))
    return io::Error{io::ErrorCode::kCorrupt, "the page is gone: the file was changed during the run"};
  return reader;
}

io::Result<int> DocumentReader::page_count(const std::filesystem::path& document) {
  try {
    auto reader = open(document);
    if (!reader) return reader.error();
    const int count = reader.value()->page_count();
    if (count < 1) return io::Error{io::ErrorCode::kNoPages, "the document has no pages"};
    return count;
  } catch (...) {
    reader_.reset();  // its state is in doubt
    return current_exception_as_error("open", io::ErrorCode::kInternal);
  }
}

io::Result<io::PageSize> DocumentReader::page_size(const std::filesystem::path& document, int index) {
  try {
    auto reader = open_at(document, index);
    if (!reader) return reader.error();
    return reader.value()->page_size(index);
  } catch (...) {
    reader_.reset();
    return current_exception_as_error("open", io::ErrorCode::kInternal);
  }
}

void DocumentReader::prepare() {
  if (!analyzer_) analyzer_.emplace(options_.layout);
}

ReadPage DocumentReader::read(const std::filesystem::path& document, int index, const ImageView& view) {
  ReadPage page;
  io::PageImage image;
  if (stage(page, "decode", io::ErrorCode::kInternal, page.decode_ms,
            [&] { decode(document, index, view, page, image); }))
    reader_.reset();  // what threw is in doubt
  if (stage(page, "layout", io::ErrorCode::kLayoutFailed, page.layout_ms,
            [&] { find_lines(image, view, page); }))
    analyzer_.reset();
  stage(page, "cut", io::ErrorCode::kInternal, page.cut_ms, [&] { cut(image, page); });
  if (!page.error) move_lines(trimmed_px(view.trim, {page.width_px, page.height_px}), page);
  return page;
}

void DocumentReader::decode(const std::filesystem::path& document, int index, const ImageView& view,
                            ReadPage& page, io::PageImage& image) {
  auto reader = open_at(document, index);
  if (!reader) {
    page.error = reader.error();
    return;
  }
  auto decoded = reader.value()->read_page(index);
  if (!decoded) {
    page.error = decoded.error();
    return;
  }
  image = std::move(decoded).value();
  io::turn(image, view.turn_deg);
  page.width_px = image.gray.cols;
  page.height_px = image.gray.rows;
  page.dpi = image.dpi;
  page.rotation_deg = image.rotation_deg;
  const int trimmed = trimmed_px(view.trim, image.gray.size());
  image.gray =
      image.gray(cv::Rect(trimmed, trimmed, image.gray.cols - 2 * trimmed, image.gray.rows - 2 * trimmed));
  smooth_halftones(image.gray);
}

void DocumentReader::find_lines(const io::PageImage& image, const ImageView& view, ReadPage& page) {
  prepare();
  auto layout = analyzer_->analyze(image, view.as_one_line);
  if (layout)
    page.layout = std::move(layout).value();
  else
    page.error = layout.error();
}

void DocumentReader::cut(io::PageImage& image, ReadPage& page) const {
  std::vector<cv::Rect> boxes;
  for (const io::Line* line : lines_in_order(page.layout.blocks))
    boxes.emplace_back(line->bbox.x0, line->bbox.y0, line->bbox.width(), line->bbox.height());
  paint_over(page.layout.rules, boxes, image.gray);
  page.lines.reserve(page.layout.geometries.size());
  for (const kernels::LineGeometry& geometry : page.layout.geometries)
    page.lines.push_back(kernels::prepare_line(image.gray, geometry, options_.lines));
}

}  // namespace ocrbatch::pipeline
