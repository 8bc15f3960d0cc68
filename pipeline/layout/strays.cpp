#include "pipeline/layout/strays.h"

#include <algorithm>
#include <cmath>

namespace ocrbatch::pipeline {
namespace {

constexpr float kMostSlender = 6;   // height over width of a letter that stands alone
constexpr float kLongestWord = 10;  // width over height of a word whose letters run together

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

// Words may be one component: what counts as letters then is their length.
size_t letters_in(const Row& row) {
  return std::max(row.letters.size(), static_cast<size_t>(0.7F * (row.x1 - row.x0) / row.x_height));
}

// Print has a dot or a comma for some letters, dirt has many specks for each piece that could be one.
constexpr size_t kMostSpecks = 3;

enum class Surroundings { kPaper, kPicture };

// False for the texture of pictures, dirt, barcodes and what is left of rules. `specks`: how many components
// too small for letters lie in the row's zone. In a picture only what is clearly print counts.
bool looks_like_print(const Row& row, size_t specks, Surroundings surroundings) {
  const size_t count = row.letters.size();
  size_t on_baseline = 0, of_size = 0, bars = 0, wide = 0;
  for (const Letter& letter : row.letters) {
    const float off = letter.bottom - row.baseline_at(letter.middle());
    on_baseline += std::abs(off) < 0.25F * row.x_height;
    const float up = letter.height() - std::max(0.0F, off);
    of_size += up > 0.6F * row.x_height && up < 1.3F * row.ascent;
    bars += letter.height() > 4 * letter.width();
    wide += letter.width() > 8 * letter.height();
  }
  const size_t letters = letters_in(row);
  if (specks > kMostSpecks + 2 * letters) return false;
  if (count < 2) return wide == 0;
  if (count >= 6 && 10 * bars > 7 * count) return false;  // a barcode
  if (2 * wide > count) return false;                     // what is left of rules
  if (surroundings == Surroundings::kPicture)
    return count >= 4 && 4 * on_baseline >= 3 * count && 4 * of_size >= 3 * count && 3 * bars < count;
  // Print that is broken or faint has pieces of letters off the baseline; dirt is not all of one size.
  if (count >= 5 && 20 * of_size >= 17 * count && 3 * on_baseline >= count) return true;
  // Raised numbers and tails take letters off the baseline; a long row with hardly a speck about it is no
  // dirt.
  const bool is_clean = count >= 12 && 8 * specks < letters;
  const size_t needed = specks > letters ? 7 : is_clean ? 5 : 6;
  return 10 * on_baseline >= needed * count && 2 * of_size >= count;
}

// How far the baselines of two rows lie apart where they are nearest to each other.
float distance_between(const Row& row, const Row& other) {
  return std::abs(other.baseline_at(std::clamp(row.x0, other.x0, other.x1)) - row.baseline);
}

bool stands_in_row(const Row& row, const std::vector<Row>& rows) {
  return std::ranges::any_of(rows, [&](const Row& other) {
    return &other != &row && other.letters.size() > 1 && distance_between(row, other) < 0.3F * other.x_height;
  });
}

// A letter that stands alone is print when it is of usual size and in one row with print, or one of several
// alike above each other. Letters that touch above each other are print that runs upwards, if they are not a
// table's column, each in its row; one that touches a row is a piece of it, unless it has a row of its own. A
// word whose letters run together must have a row.
bool is_lone_letter(const Row& row, const std::vector<Row>& rows, float letter_px) {
  const Letter& letter = row.letters[0];
  if (letter.height() < 0.6F * letter_px || letter.height() > 2 * letter_px) return false;
  if (letter.height() > kMostSlender * letter.width()) return false;
  const bool is_word = letter.width() > 2 * letter.height();
  if (letter.width() > kLongestWord * letter.height()) return false;
  const bool has_row = stands_in_row(row, rows);
  bool touches_row = false;
  int alike_in_column = 0;
  for (const Row& other : rows) {
    if (&other == &row || other.x0 >= row.x1 || row.x0 >= other.x1) continue;
    const float distance = distance_between(row, other);
    if (distance < 1.35F * std::max(row.bottom - row.top, other.bottom - other.top)) {
      const bool several = other.letters.size() > 1;
      if (!several && !(has_row && stands_in_row(other, rows))) return false;
      touches_row |= several;
    }
    const bool alike = std::abs(other.ascent - row.ascent) < 0.25F * row.ascent;
    alike_in_column += alike && distance < 8 * letter_px;
  }
  return has_row || (!is_word && !touches_row && alike_in_column >= 2);
}

// Of the size of a word in usual print or of a letter, and no piece of a rule or a cloud of dirt.
bool may_be_word(const Row& row, size_t specks, float letter_px) {
  constexpr float kLowest = 0.5F, kHighest = 2.6F, kShortest = 0.3F;
  const float height = row.bottom - row.top, width = row.x1 - row.x0;
  if (height < kLowest * letter_px || height > kHighest * letter_px || width < kShortest * height)
    return false;
  size_t wide = 0;
  for (const Letter& letter : row.letters) wide += letter.width() > kLongestWord * letter.height();
  return wide == 0 && specks <= 10 * (kMostSpecks + letters_in(row));
}

// A piece that a page's edge cuts off: the sliver of the page beside it.
bool is_cut_off(const Row& row, const PageFacts& page) {
  if (row.letters.size() > 3) return false;
  const float start = page.tilt.to_page({row.x0, row.baseline}).x,
              end = page.tilt.to_page({row.x1, row.baseline}).x;
  return start <= 1 || end >= static_cast<float>(page.size.width) - 1;
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

std::vector<Row> take_out_strays(std::vector<Row>& rows, const std::vector<Letter>& small,
                                 const PageFacts& page) {
  const auto is_in_picture = [&](const Row& row) {
    const float x = 0.5F * (row.x0 + row.x1);
    const cv::Point2f centre = page.tilt.to_page({x, row.baseline_at(x) - 0.5F * row.x_height});
    // A heading's letters are as large as small pictures: what is no higher than the row is none that it lies
    // in.
    constexpr float kHigher = 1.5F;
    return std::any_of(page.pictures.begin(), page.pictures.end(), [&](const cv::Rect2f& picture) {
      return picture.contains(centre) && picture.height > kHigher * row.height();
    });
  };
  std::vector<Row> print, strays;
  for (Row& row : rows) {
    if (is_cut_off(row, page)) continue;
    const auto surroundings = is_in_picture(row) ? Surroundings::kPicture : Surroundings::kPaper;
    (looks_like_print(row, count_specks(row, small), surroundings) ? print : strays)
        .push_back(std::move(row));
  }
  rows.clear();
  for (const Row& row : print) {
    const bool is_print = row.letters.size() > 1 || is_lone_letter(row, print, page.letter_px);
    (is_print ? rows : strays).push_back(row);
  }
  std::erase_if(strays, [&](const Row& row) {
    return is_in_picture(row) || !may_be_word(row, count_specks(row, small), page.letter_px);
  });
  return strays;
}

}  // namespace ocrbatch::pipeline
