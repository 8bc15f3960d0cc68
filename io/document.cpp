#include "io/document.h"

#include <algorithm>

namespace ocrbatch::io {
namespace {

std::size_t count_code_points(const std::string& utf8) {
  return std::count_if(utf8.begin(), utf8.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

}  // namespace

Box unite(const Box& a, const Box& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.x0, b.x0), std::min(a.y0, b.y0), std::max(a.x1, b.x1), std::max(a.y1, b.y1)};
}

Box clip(const Box& box, int width, int height) {
  return {std::clamp(box.x0, 0, width), std::clamp(box.y0, 0, height), std::clamp(box.x1, 0, width),
          std::clamp(box.y1, 0, height)};
}

void drop_empty(std::vector<Block>& blocks) {
  for (Block& block : blocks) {
    std::erase_if(block.paragraphs, [](const Paragraph& paragraph) { return paragraph.lines.empty(); });
    block.bbox = {};
    for (Paragraph& paragraph : block.paragraphs) {
      paragraph.bbox = {};
      for (const Line& line : paragraph.lines) paragraph.bbox = unite(paragraph.bbox, line.bbox);
      block.bbox = unite(block.bbox, paragraph.bbox);
    }
  }
  std::erase_if(blocks, [](const Block& block) { return block.paragraphs.empty(); });
}

std::string page_text(const Page& page) {
  std::string text;
  for (const Block& block : page.blocks) {
    if (block.type == kWatermark) continue;
    bool first_of_block = true;
    for (const Paragraph& paragraph : block.paragraphs) {
      for (const Line& line : paragraph.lines) {
        if (line.text.empty()) continue;
        if (!text.empty()) text += first_of_block ? "\n\n" : "\n";
        text += line.text;
        first_of_block = false;
      }
    }
  }
  return text;
}

double page_confidence(const Page& page) {
  double weighted = 0, characters = 0;
  for (const Block& block : page.blocks) {
    for (const Paragraph& paragraph : block.paragraphs) {
      for (const Line& line : paragraph.lines) {
        const double weight = static_cast<double>(count_code_points(line.text));
        weighted += weight * line.confidence;
        characters += weight;
      }
    }
  }
  return characters > 0 ? weighted / characters : 0;
}

}  // namespace ocrbatch::io
