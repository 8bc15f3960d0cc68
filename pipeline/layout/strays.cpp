#include "pipeline/layout/strays.h"

#include <algorithm>
#include <cmath>

#include "pipeline/layout/rows.h"

namespace ocrbatch::pipeline {
namespace {

size_t count_specks(const Row& row, const std::vector<Letter>& small) {
  const float top = std::min(row.baseline, row.baseline_at(row.x1)) - row.ascent;
  const float bottom = std::max(row.baseline, row.baseline_at(row.x1)) + row.descent;
  size_t count = 0;
  auto speck = std::lower_bound(small.begin(), small.end(), top,
                                [](const Letter& letter, float y) { return letter.top < y; });
  for (; speck != small.end() && speck->top < bottom; ++speck)
    count += speck->x1 > row.x0 && speck->x0 < row.x1;
  return count;
}

// A letter that stands alone is print when it is of usual size and in one row with print, or one of several
// alike above each other. Letters that touch above each other are print that runs upwards.
bool is_lone_letter(const Row& row, const std::vector<Row>& rows, float letter_px) {
  const Letter& letter = row.letters[0];
  if (letter.height() < 0.6F * letter_px || letter.height() > 2 * letter_px) return false;
  if (letter.width() > 2 * letter.height() || letter.height() > 6 * letter.width()) return false;
  bool has_row = false;
  int alike_in_column = 0;
  for (const Row& other : rows) {
    if (&other == &row) continue;
    const float x = std::clamp(row.x0, other.x0, other.x1);
    const float distance = std::abs(other.baseline_at(x) - row.baseline);
    has_row |= other.letters.size() > 1 && distance < 0.3F * other.x_height;
    if (other.x0 >= row.x1 || row.x0 >= other.x1) continue;
    if (distance < 1.35F * std::max(row.bottom - row.top, other.bottom - other.top)) return false;
    const bool alike = std::abs(other.ascent - row.ascent) < 0.25F * row.ascent;
    alike_in_column += alike && distance < 8 * letter_px;
  }
  return has_row || alike_in_column >= 2;
}

// A piece that a page's edge cuts off: the sliver of the page beside it.
bool is_cut_off(const Row& row, const PageFacts& page) {
  return row.letters.size() <= 3 && (row.x0 <= 1 || row.x1 >= static_cast<float>(page.size.width) - 1);
}

}  // namespace

std::vector<cv::Rect2f> find_pictures(const std::vector<Component>& components, float letter_px) {
  std::vector<cv::Rect2f> pictures;
  for (const Component& component : components) {
    const bool is_large = std::min(component.box.width, component.box.height) > 6 * letter_px;
    if (is_large && component.pixels > 0.25 * component.box.area()) pictures.emplace_back(component.box);
  }
  return pictures;
}

void drop_strays(std::vector<Row>& rows, const std::vector<Letter>& small, const PageFacts& page) {
  std::erase_if(rows, [&](const Row& row) {
    const float x = 0.5F * (row.x0 + row.x1);
    const cv::Point2f centre(x, row.baseline_at(x) - 0.5F * row.x_height + page.tilt * x);
    const bool in_picture = std::any_of(page.pictures.begin(), page.pictures.end(),
                                        [&](const cv::Rect2f& picture) { return picture.contains(centre); });
    const auto surroundings = in_picture ? Surroundings::kPicture : Surroundings::kPaper;
    return is_cut_off(row, page) || !looks_like_print(row, count_specks(row, small), surroundings);
  });
  std::vector<Row> kept;
  for (const Row& row : rows)
    if (row.letters.size() > 1 || is_lone_letter(row, rows, page.letter_px)) kept.push_back(row);
  rows = std::move(kept);
}

}  // namespace ocrbatch::pipeline
