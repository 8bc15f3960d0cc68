#include "pipeline/layout/page_layout.h"

#include <cmath>
#include <utility>

namespace ocrbatch::pipeline {
namespace {

io::Box box_on_page(const cv::Rect& box, const LayoutImage& image, const cv::Size& page) {
  return io::clip({static_cast<int>(std::floor(box.x / image.x_scale)),
                   static_cast<int>(std::floor(box.y / image.y_scale)),
                   static_cast<int>(std::ceil(box.br().x / image.x_scale)),
                   static_cast<int>(std::ceil(box.br().y / image.y_scale))},
                  page.width, page.height);
}

}  // namespace

PageLayout as_page_layout(const std::vector<FoundLine>& lines, const LayoutImage& image,
                          const cv::Size& page) {
  PageLayout layout;
  const auto on_page = [&](const cv::Point2f& point) {
    return cv::Point2f(point.x / image.x_scale, point.y / image.y_scale);
  };
  int block = -1, paragraph = -1;
  for (const FoundLine& found : lines) {
    io::Line line;
    line.bbox = box_on_page(found.box, image, page);
    if (line.bbox.empty()) continue;
    kernels::LineGeometry geometry = found.geometry;
    geometry.baseline_start = on_page(geometry.baseline_start);
    geometry.baseline_end = on_page(geometry.baseline_end);
    geometry.ascent_px /= image.y_scale;
    geometry.descent_px /= image.y_scale;
    geometry.x_height_px /= image.y_scale;
    for (float& bend : geometry.bend_px) bend /= image.y_scale;
    line.baseline_start = {geometry.baseline_start.x, geometry.baseline_start.y};
    line.baseline_end = {geometry.baseline_end.x, geometry.baseline_end.y};
    layout.geometries.push_back(geometry);
    layout.doubts.push_back(found.doubt);

    if (layout.blocks.empty() || found.block != block) {
      layout.blocks.emplace_back();
      layout.blocks.back().paragraphs.emplace_back();
    } else if (found.paragraph != paragraph) {
      layout.blocks.back().paragraphs.emplace_back();
    }
    block = found.block;
    paragraph = found.paragraph;
    io::Block& home = layout.blocks.back();
    home.bbox = io::unite(home.bbox, line.bbox);
    home.paragraphs.back().bbox = io::unite(home.paragraphs.back().bbox, line.bbox);
    home.paragraphs.back().lines.push_back(std::move(line));
  }
  return layout;
}

std::vector<UprightRule> rules_on_page(const std::vector<UprightRule>& rules, const LayoutImage& image,
                                       const cv::Size& page) {
  std::vector<UprightRule> on_page;
  for (const UprightRule& rule : rules) {
    const io::Box box = box_on_page(rule.box, image, page);
    constexpr int kSoftEdge = 1;
    on_page.push_back({cv::Rect(box.x0 - kSoftEdge, box.y0, box.width() + 2 * kSoftEdge, box.height()),
                       cvRound(rule.height / image.y_scale)});
  }
  return on_page;
}

std::vector<io::Line*> lines_in_order(std::vector<io::Block>& blocks) {
  std::vector<io::Line*> lines;
  for (io::Block& block : blocks) {
    for (io::Paragraph& paragraph : block.paragraphs) {
      for (io::Line& line : paragraph.lines) lines.push_back(&line);
    }
  }
  return lines;
}

}  // namespace ocrbatch::pipeline
