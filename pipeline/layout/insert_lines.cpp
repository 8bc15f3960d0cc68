#include "pipeline/layout/insert_lines.h"

#include <algorithm>
#include <utility>

namespace ocrbatch::pipeline {
namespace {

// Where a block of its own belongs in reading order: before the first line that starts below its end or to
// the right of it at the same height.
size_t place_of(const cv::Rect& box, const std::vector<FoundLine>& lines) {
  size_t block_start = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i == 0 || lines[i].block != lines[i - 1].block) block_start = i;
    const cv::Rect& other = lines[i].box;
    const bool shares_columns = other.x < box.br().x && box.x < other.br().x;
    const bool below = other.y + other.height / 2 > box.br().y;
    const bool beside = other.x >= box.br().x && other.y < box.br().y && box.y < other.br().y;
    if ((below && shares_columns) || beside) return beside ? block_start : i;
  }
  // Nothing beneath it or beside it: after the last line that lies above.
  size_t place = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].box.br().y <= box.y + box.height / 2) place = i + 1;
  }
  return place;
}

// Puts a line behind the nearest one on its left in the same row, or else before the nearest one on its
// right. False where none is near.
bool insert_in_row(const FoundLine& line, float letter_px, std::vector<FoundLine>& lines) {
  constexpr float kFarthest = 8;  // letter heights
  struct Mate {
    size_t index = 0;
    float gap = 0;  // to the line, in pixels
  };
  const cv::Rect& box = line.box;
  const Mate none{lines.size(), kFarthest * letter_px};
  Mate left = none, right = none;
  for (size_t i = 0; i < lines.size(); ++i) {
    const cv::Rect& other = lines[i].box;
    const int shared = std::min(box.br().y, other.br().y) - std::max(box.y, other.y);
    if (2 * shared < std::min(box.height, other.height)) continue;
    const bool is_left = other.x + other.width / 2 < box.x + box.width / 2;
    const auto gap = static_cast<float>(is_left ? box.x - other.br().x : other.x - box.br().x);
    Mate& mate = is_left ? left : right;
    if (gap <= mate.gap) mate = {i, gap};
  }
  const bool is_behind = left.index != none.index;
  const Mate& mate = is_behind ? left : right;
  if (mate.index == none.index) return false;
  FoundLine placed = line;
  placed.block = lines[mate.index].block;
  placed.paragraph = lines[mate.index].paragraph;
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(mate.index + (is_behind ? 1 : 0)),
               std::move(placed));
  return true;
}

}  // namespace

void insert_lines(std::vector<FoundLine> more, float letter_px, std::vector<FoundLine>& lines) {
  std::vector<FoundLine> rest;
  for (FoundLine& line : more)
    if (!insert_in_row(line, letter_px, lines)) rest.push_back(std::move(line));
  int next_block = 0;
  for (const FoundLine& line : lines) next_block = std::max(next_block, line.block + 1);
  std::vector<std::vector<FoundLine>> blocks;
  for (FoundLine& line : rest) {
    std::vector<FoundLine>* home = nullptr;
    for (auto& block : blocks) {
      const cv::Rect& last = block.back().box;
      const bool shares_columns = last.x < line.box.br().x && line.box.x < last.br().x;
      if (shares_columns && static_cast<float>(line.box.y - last.br().y) < 2 * letter_px) home = &block;
    }
    if (home == nullptr) home = &blocks.emplace_back();
    home->push_back(std::move(line));
  }
  for (auto& block : blocks) {
    cv::Rect box;
    for (FoundLine& line : block) {
      box |= line.box;
      line.block = next_block;
      line.paragraph = 0;
    }
    ++next_block;
    const size_t place = place_of(box, lines);
    // A place inside another block splits that block: its second part gets a number of its own.
    if (place > 0 && place < lines.size() && lines[place - 1].block == lines[place].block) {
      const int split = lines[place].block;
      for (size_t i = place; i < lines.size() && lines[i].block == split; ++i) lines[i].block = next_block;
      ++next_block;
    }
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place), block.begin(), block.end());
  }
}

}  // namespace ocrbatch::pipeline
