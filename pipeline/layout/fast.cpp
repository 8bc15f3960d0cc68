#include "pipeline/layout/fast.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "pipeline/layout/chains.h"
#include "pipeline/layout/columns.h"
#include "pipeline/layout/components.h"
#include "pipeline/layout/dashed_rules.h"
#include "pipeline/layout/fit_row.h"
#include "pipeline/layout/insert_lines.h"
#include "pipeline/layout/leaders.h"
#include "pipeline/layout/level_image.h"
#include "pipeline/layout/lone_colons.h"
#include "pipeline/layout/order.h"
#include "pipeline/layout/page_bend.h"
#include "pipeline/layout/page_number.h"
#include "pipeline/layout/reversed.h"
#include "pipeline/layout/rows.h"
#include "pipeline/layout/rules.h"
#include "pipeline/layout/strays.h"
#include "pipeline/layout/upright_text.h"

namespace ocrbatch::pipeline {
namespace {

// What the components of a page may be, by their size in usual letters.
struct Sorted {
  std::vector<Letter> letters, large, marks;
  std::vector<Letter> small;  // marks and what is smaller, from top to bottom
};

Sorted sort_components(const std::vector<Component>& components, const cv::Size& page, float letter_px,
                       const PageBend& bend, const Tilt& tilt) {
  Sorted sorted;
  for (const Component& component : components) {
    const cv::Rect& box = component.box;
    const float height = static_cast<float>(box.height), width = static_cast<float>(box.width);
    const cv::Point2f centre = tilt.to_level(
        bend.to_flat({static_cast<float>(box.x) + 0.5F * width, static_cast<float>(box.y) + 0.5F * height}));
    const Letter letter{centre.x - 0.5F * width, centre.x + 0.5F * width, centre.y - 0.5F * height,
                        centre.y + 0.5F * height};
    const double fill = static_cast<double>(component.pixels) / box.area();
    if (height < 0.5F * letter_px) {
      // Specks are smaller than the dot of an i, pieces of rules longer than a dash.
      const float dot = 0.13F * letter_px;
      sorted.small.push_back(letter);
      if (std::max(width, height) >= std::max(2.0F, dot) && width < 2.5F * letter_px)
        sorted.marks.push_back(letter);
      continue;
    }
    // Strokes of rules and edges of pictures: longer than a letter, and thin; a heading's l is thicker.
    const float slender = width < 0.4F * letter_px ? 8 : 14;
    if (height > slender * width && height > 2 * letter_px) continue;
    if (width > 25 * height || fill < 0.06) continue;
    if (height <= 2.3F * letter_px)
      sorted.letters.push_back(letter);
    else if (height <= page.height / 4.0F)
      sorted.large.push_back(letter);
  }
  drop_dashed_rules(sorted.marks, letter_px);
  const std::vector<Letter> colons = find_lone_colons(sorted.marks, sorted.letters, letter_px);
  sorted.letters.insert(sorted.letters.end(), colons.begin(), colons.end());
  std::sort(sorted.small.begin(), sorted.small.end(),
            [](const Letter& a, const Letter& b) { return a.top < b.top; });
  return sorted;
}

constexpr size_t kFewestOfRow = 3;  // letters that tell a row from dirt and from pieces of larger letters

// Large components that lie across rows of usual print are touching letters, brackets or dirt.
bool lies_across(const Letter& large, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    if (row.letters.size() < kFewestOfRow) continue;
    if (row.x0 > large.x1 + row.x_height || row.x1 < large.x0 - row.x_height) continue;
    const float baseline = row.baseline_at(large.middle());
    const float shared = std::min(large.bottom, baseline) - std::max(large.top, baseline - row.x_height);
    if (shared > 0.6F * row.x_height && large.height() < 8 * row.x_height) return true;
  }
  return false;
}

// Capitals and ascenders of headings: large beside the page's usual print, but not beside their row's. They
// go over to the letters; returns whether there were any.
bool take_in_ascenders(Sorted& sorted, const std::vector<Row>& rows) {
  constexpr float kHighest = 2.3F, kReach = 1.6F, kOff = 0.35F;  // in heights of the row's small letters
  const auto belongs = [&](const Letter& large, const Row& row) {
    // Letters of one height are small ones as likely as capitals.
    const float size = row.has_two_heights ? row.x_height : row.ascent;
    const float distance = std::max({0.0F, row.x0 - large.x1, large.x0 - row.x1});
    if (row.letters.size() < kFewestOfRow || distance > kReach * size || large.height() > kHighest * size)
      return false;
    const float baseline = row.baseline_at(large.middle());
    const bool is_on_baseline = std::abs(large.bottom - baseline) < kOff * size;
    // Tails, as a Q's.
    const bool hangs = std::abs(large.top - (baseline - row.ascent)) < kOff * size && large.bottom > baseline;
    return is_on_baseline || hangs;
  };
  const auto first =
      std::stable_partition(sorted.large.begin(), sorted.large.end(), [&](const Letter& large) {
        return std::ranges::none_of(rows, [&](const Row& row) { return belongs(large, row); });
      });
  const bool any = first != sorted.large.end();
  sorted.letters.insert(sorted.letters.end(), first, sorted.large.end());
  sorted.large.erase(first, sorted.large.end());
  return any;
}

std::vector<Row> fit_rows(const std::vector<std::vector<Letter>>& chains) {
  std::vector<Row> rows;
  for (const auto& chain : chains) rows.push_back(fit_row(chain));
  return rows;
}

std::vector<Row> lines_of(const std::vector<RowPart>& parts) {
  std::vector<Row> lines;
  for (const RowPart& part : parts) lines.push_back(part.line);
  return lines;
}

bool overlaps(const Row& row, const Row& line) {
  constexpr float kShare = 0.3F;
  const float middle = 0.5F * (row.x0 + row.x1), baseline = line.baseline_at(middle);
  const float width = std::min(row.x1, line.x1) - std::max(row.x0, line.x0);
  const float height =
      std::min(row.bottom, baseline + line.descent) - std::max(row.top, baseline - line.ascent);
  return width > 0 && height > kShare * (row.bottom - row.top);
}

// Quotation marks, and rows that were found twice, would be read twice.
void drop_pieces(std::vector<RowPart>& parts) {
  std::vector<RowPart> kept;
  for (size_t i = 0; i < parts.size(); ++i) {
    bool is_piece = false;
    for (size_t k = 0; k < parts.size() && !is_piece; ++k) {
      is_piece = k != i && lies_within(parts[i].line, parts[k].line) &&
                 (i > k || !lies_within(parts[k].line, parts[i].line));
    }
    if (!is_piece) kept.push_back(parts[i]);
  }
  parts = std::move(kept);
}

FoundLine as_found_line(const Row& row, const Tilt& tilt) {
  FoundLine line;
  const float start = row.baseline_at(row.x0), end = row.baseline_at(row.x1);
  line.geometry.baseline_start = tilt.to_page({row.x0, start});
  line.geometry.baseline_end = tilt.to_page({row.x1, end});
  for (int i = 1; i < kernels::kBendSteps && !row.curve.is_straight(); ++i) {
    const float share = static_cast<float>(i) / kernels::kBendSteps;
    line.geometry.bend_px[static_cast<std::size_t>(i - 1)] =
        row.baseline_at(row.x0 + share * (row.x1 - row.x0)) - start - share * (end - start);
  }
  line.geometry.ascent_px = row.ascent;
  line.geometry.descent_px = row.descent;
  line.geometry.x_height_px = row.x_height;
  // Marks belong to the row and are none of its letters: they widen it.
  const auto middle = [&](float x) { return tilt.to_page({x, row.baseline_at(x) - 0.5F * row.x_height}).x; };
  float top = 1e9F, bottom = -1e9F;
  for (const Letter& letter : row.letters) {
    const float centre = tilt.to_page(letter.centre()).y;
    top = std::min(top, centre - 0.5F * letter.height());
    bottom = std::max(bottom, centre + 0.5F * letter.height());
  }
  line.box = cv::Rect(cv::Point(cvFloor(middle(row.x0)), cvFloor(top)),
                      cv::Point(cvCeil(middle(row.x1)), cvCeil(bottom)));
  return line;
}

// Rows that may be no print, where no line has their place; of a page that is full of them, those with most
// letters.
std::vector<FoundLine> doubtful_lines(std::vector<Row> doubtful, const std::vector<Row>& lines,
                                      float letter_px, const Tilt& tilt, float slope) {
  constexpr size_t kMost = 24;
  constexpr float kShortest = 1.3F;  // of two characters, in heights
  std::erase_if(doubtful, [&](const Row& row) {
    return (row.x1 - row.x0 < kShortest * (row.bottom - row.top) &&
            !may_be_page_number(row, lines, letter_px)) ||
           std::ranges::any_of(lines, [&](const Row& line) { return overlaps(row, line); });
  });
  if (doubtful.size() > kMost) {
    std::ranges::stable_sort(doubtful, std::ranges::greater{},
                             [](const Row& row) { return row.letters.size(); });
    doubtful.resize(kMost);
  }
  std::ranges::sort(doubtful, {}, [](const Row& row) { return std::pair(row.top, row.x0); });
  std::vector<FoundLine> found;
  for (const Row& row : doubtful) {
    found.push_back(as_found_line(row, tilt));
    found.back().doubt = Doubt::kDoubtful;
    found.back().block = static_cast<int>(found.size());  // each by itself
  }
  settle_geometries(found, slope);
  return found;
}

std::vector<cv::Rect2f> on_flat_page(std::vector<cv::Rect2f> areas, const PageBend& bend) {
  for (cv::Rect2f& area : areas) {
    const cv::Point2f centre = 0.5F * (area.tl() + area.br());
    area.y += bend.to_flat(centre).y - centre.y;
  }
  return areas;
}

struct PageParts {
  std::vector<RowPart> parts;
  std::vector<Gutter> gutters;
};

// The page's print in pieces of lines: rows over the whole page, cut at gutters and wide gaps.
PageParts find_parts(std::vector<Row> rows, const std::vector<Letter>& marks) {
  constexpr float kWholePage = 1e6F;
  rows = join_rows(std::move(rows), kWholePage);
  settle_single_heights(rows);
  rows = with_leaders(std::move(rows), marks);
  std::vector<Gutter> gutters = find_gutters(rows);
  // Once more from the parts, which tell better than whole rows what belongs together: a piece at a line's
  // end may have gone to the next column's row, and entries of a form far apart stand level by chance.
  rows = join_rows(lines_of(split_rows(rows, gutters)), kWholePage,
                   [&](const Row& left, const Row& right) { return parts_rows(gutters, left, right); });
  return {split_rows(with_leaders(std::move(rows), marks), gutters), std::move(gutters)};
}

void attach_marks(std::vector<RowPart>& parts, const std::vector<Letter>& marks) {
  std::vector<Row> lines = lines_of(parts);
  attach_marks(lines, marks);
  for (size_t i = 0; i < parts.size(); ++i) parts[i].line = std::move(lines[i]);
}

std::vector<FoundLine> in_reading_order(const std::vector<RowPart>& parts, const std::vector<Gutter>& gutters,
                                        const Tilt& tilt) {
  std::vector<FoundLine> found;
  for (const OrderedPart& ordered : reading_order(parts, gutters)) {
    FoundLine line = as_found_line(parts[ordered.part].line, tilt);
    line.block = ordered.block;
    line.paragraph = ordered.paragraph;
    found.push_back(line);
  }
  settle_geometries(found);
  return found;
}

// Behind all others, a block for each with its other way.
void append_upright(std::vector<FoundLine> upright, std::vector<FoundLine>& found) {
  int block = 0;
  for (const FoundLine& line : found) block = std::max(block, line.block);
  for (FoundLine& line : upright) {
    if (line.doubt != Doubt::kOtherWay) ++block;
    line.block = block;
    found.push_back(std::move(line));
  }
}

FastLayout find_lines(const LayoutImage& image, bool may_turn);

FastLayout find_lines_on_level_image(const LayoutImage& tilted, float slope) {
  const LevelImage level(tilted, slope);
  FastLayout found = find_lines(level.image(), /*may_turn=*/false);
  for (FoundLine& line : found.lines) level.to_tilted(line);
  found.rules.clear();  // upright no longer
  return found;
}

FastLayout find_lines(const LayoutImage& image, bool may_turn) {
  const float letter_px = static_cast<float>(image.letter_px);
  if (letter_px <= 0) return {};
  std::vector<Component> components = image.components;
  const ReversedPrint reversed(image.ink, components, letter_px);
  cv::Mat ink = image.ink.clone();
  if (reversed.clear_areas(ink)) components = find_components(ink);
  const ErasedRules erased = erase_rules(ink, components, letter_px);
  if (erased.any) components = find_components(ink);
  components.insert(components.end(), reversed.letters().begin(), reversed.letters().end());

  // Links reach over the spaces between words, not over columns.
  constexpr float kReach = 1.6F;
  Sorted sorted = sort_components(components, image.ink.size(), letter_px, PageBend{}, Tilt{});
  std::vector<std::vector<Letter>> chains = chain_letters(sorted.letters, kReach);
  const Tilt tilt{std::clamp(tilt_of(chains), -0.2F, 0.2F)};
  // More than a degree or so changes letters' boxes.
  constexpr float kSteep = 0.02F;
  if (may_turn && std::abs(tilt.slope) > kSteep) return find_lines_on_level_image(image, tilt.slope);
  // Less than this moves nothing by a pixel over a page's width.
  const PageBend bend(chains, tilt, image.ink.size(), letter_px);
  const bool is_level = std::abs(tilt.slope) <= 1e-4F && bend.is_flat();
  if (!is_level) sorted = sort_components(components, image.ink.size(), letter_px, bend, tilt);
  std::vector<FoundLine> upright = take_out_upright_lines(sorted.letters, sorted.large, letter_px, tilt);
  if (!is_level || !upright.empty()) chains = chain_letters(sorted.letters, kReach);
  std::vector<Row> rows = fit_rows(cut_at_steps(std::move(chains)));
  // Where a heading has several of them beside each other, its pieces become rows one after another.
  constexpr int kRounds = 8;
  for (int round = 0; round < kRounds && take_in_ascenders(sorted, rows); ++round)
    rows = fit_rows(cut_at_steps(chain_letters(sorted.letters, kReach)));
  std::erase_if(sorted.large, [&](const Letter& letter) { return lies_across(letter, rows); });
  for (Row& row : fit_rows(chain_letters(sorted.large, kReach))) rows.push_back(std::move(row));
  settle_single_heights(rows);
  // What print is shows in pieces of rows: a row over the whole page may run through a picture.
  constexpr float kNear = 4.5F;
  rows = join_rows(std::move(rows), kNear);
  absorb_pieces(rows, letter_px);
  std::vector<Row> doubtful = take_out_strays(
      rows, sorted.small,
      {image.ink.size(), letter_px, tilt, on_flat_page(find_pictures(image.components, letter_px), bend)});

  auto [parts, gutters] = find_parts(std::move(rows), sorted.marks);
  attach_marks(parts, sorted.marks);
  const std::vector<Row> lines = lines_of(parts);
  drop_pieces(parts);
  std::vector<FoundLine> found = in_reading_order(parts, gutters, tilt);
  attach_marks(doubtful, sorted.marks);
  insert_lines(doubtful_lines(std::move(doubtful), lines, letter_px, tilt, page_slope(found)), letter_px,
               found);
  append_upright(std::move(upright), found);
  bend_lines(bend, found);
  return {std::move(found), erased.upright};
}

}  // namespace

FastLayout find_lines_fast(const LayoutImage& image) {
  return find_lines(image, /*may_turn=*/true);
}

}  // namespace ocrbatch::pipeline
