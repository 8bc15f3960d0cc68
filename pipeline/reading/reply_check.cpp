#include "pipeline/reading/reply_check.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace ocrbatch::pipeline {
namespace {

constexpr int kMostPages = 10'000'000;
// Coordinates of a page of any size, with room for lines that reach beyond it, and far from the end of int.
constexpr double kFarthest = 1e9;

bool bounded(double value, double limit = kFarthest) {
  return std::abs(value) <= limit;  // false for what is not a number
}

bool is_duration(double elapsed_ms) {
  return bounded(elapsed_ms, 1e12) && elapsed_ms >= 0;
}

bool inside(const io::Box& box, const ReadPage& page) {
  return box.x0 >= 0 && box.y0 >= 0 && box.x1 <= page.width_px && box.y1 <= page.height_px && !box.empty();
}

bool makes_sense(io::Error& error) {
  for (char& c : error.message)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return !error.message.empty() && error.code >= io::ErrorCode::kNotFound && error.code <= io::kLastErrorCode;
}

bool makes_sense(const io::PageSize& size) {
  return size.width_px >= 1 && size.height_px >= 1 && bounded(size.dpi) && size.dpi >= 0;
}

bool makes_sense(const LetterNeighbours& neighbours) {
  constexpr int kMostLetters = 1 << 30;
  return neighbours.beside >= 0 && neighbours.beside <= kMostLetters && neighbours.above_or_below >= 0 &&
         neighbours.above_or_below <= kMostLetters;
}

bool makes_sense(const kernels::LineGeometry& line) {
  return bounded(line.baseline_start.x) && bounded(line.baseline_start.y) && bounded(line.baseline_end.x) &&
         bounded(line.baseline_end.y) && bounded(line.ascent_px) && bounded(line.descent_px) &&
         bounded(line.x_height_px) && std::ranges::all_of(line.bend_px, [](float px) { return bounded(px); });
}

// Wherever a line has pixels, they lie near the page.
bool makes_sense(const cv::Matx23f& to_page, const SentPage::Size& size) {
  for (int row = 0; row < 2; ++row) {
    const double reach = std::abs(static_cast<double>(to_page(row, 0))) * size.cols +
                         std::abs(static_cast<double>(to_page(row, 1))) * size.rows +
                         std::abs(static_cast<double>(to_page(row, 2)));
    if (!bounded(reach)) return false;
  }
  return true;
}

bool makes_sense(const io::Line& line, const ReadPage& page) {
  return inside(line.bbox, page) && bounded(line.baseline_start.x) && bounded(line.baseline_start.y) &&
         bounded(line.baseline_end.x) && bounded(line.baseline_end.y);
}

// Counts the lines.
bool makes_sense(const std::vector<io::Block>& blocks, const ReadPage& page, std::size_t& lines) {
  for (const io::Block& block : blocks) {
    if (!inside(block.bbox, page) || block.paragraphs.empty()) return false;
    for (const io::Paragraph& paragraph : block.paragraphs) {
      if (!inside(paragraph.bbox, page) || paragraph.lines.empty()) return false;
      for (const io::Line& line : paragraph.lines)
        if (!makes_sense(line, page)) return false;
      lines += paragraph.lines.size();
    }
  }
  return true;
}

}  // namespace

bool makes_sense(io::Result<int>& page_count) {
  if (page_count) return page_count.value() >= 1 && page_count.value() <= kMostPages;
  io::Error error = page_count.error();
  const bool sense = makes_sense(error);
  page_count = std::move(error);
  return sense;
}

bool makes_sense(io::Result<io::PageSize>& size) {
  if (size) return makes_sense(size.value());
  io::Error error = size.error();
  const bool sense = makes_sense(error);
  size = std::move(error);
  return sense;
}

bool makes_sense(SentPage& sent, const kernels::LinePreparation& lines, std::uint64_t pixel_bytes) {
  ReadPage& page = sent.page;
  if (!is_duration(page.decode_ms) || !is_duration(page.layout_ms) || !is_duration(page.cut_ms)) return false;
  if (page.error) return makes_sense(*page.error);
  if (!makes_sense(io::PageSize{page.width_px, page.height_px, page.dpi})) return false;
  if (page.rotation_deg % 90 != 0 || page.rotation_deg < 0 || page.rotation_deg > 270) return false;
  if (!makes_sense(page.layout.neighbours)) return false;
  std::size_t in_tree = 0;
  if (!makes_sense(page.layout.blocks, page, in_tree)) return false;
  if (page.layout.geometries.size() != in_tree || page.layout.doubts.size() != in_tree ||
      page.lines.size() != in_tree || sent.sizes.size() != in_tree)
    return false;
  for (const kernels::LineGeometry& geometry : page.layout.geometries)
    if (!makes_sense(geometry)) return false;
  for (std::size_t i = 0; i < in_tree; ++i) {
    const Doubt doubt = page.layout.doubts[i];
    if (doubt > Doubt::kOtherWay || (doubt == Doubt::kOtherWay && i == 0)) return false;
  }
  for (std::size_t i = 0; i < in_tree; ++i) {
    const SentPage::Size& size = sent.sizes[i];
    if (size.rows == 0 && size.cols == 0) continue;
    if (size.rows != lines.height_px || size.cols < 1 || size.cols > lines.max_width_px) return false;
    if (!makes_sense(page.lines[i].to_page, size)) return false;
    const std::uint64_t bytes = static_cast<std::uint64_t>(size.rows) * static_cast<std::uint64_t>(size.cols);
    if (bytes > pixel_bytes) return false;
    pixel_bytes -= bytes;
  }
  return true;
}

}  // namespace ocrbatch::pipeline
