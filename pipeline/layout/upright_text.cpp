#include "pipeline/layout/upright_text.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/layout/chains.h"
#include "pipeline/layout/fit_row.h"
#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

constexpr float kShortest = 3;  // of a row, in heights
constexpr float kTouching = 0.85F;
constexpr double kMostOfPage = 0.25;  // of the page's letters
// In letter heights.
constexpr float kReach = 0.9F, kLowest = 0.6F, kHighest = 3.5F, kAlike = 0.35F, kBeside = 1.2F;

// A quarter turn, after which print that ran down (or up) the page is level.
struct Turn {
  bool is_down = true;

  Letter to_level(const Letter& letter) const {
    return is_down ? Letter{letter.top, letter.bottom, -letter.x1, -letter.x0}
                   : Letter{-letter.bottom, -letter.top, letter.x0, letter.x1};
  }
  Letter from_level(const Letter& letter) const {
    return is_down ? Letter{-letter.bottom, -letter.top, letter.x0, letter.x1}
                   : Letter{letter.top, letter.bottom, -letter.x1, -letter.x0};
  }
  cv::Point2f from_level(const cv::Point2f& point) const {
    return is_down ? cv::Point2f(-point.y, point.x) : cv::Point2f(point.y, -point.x);
  }
};

// Letters that have none beside them, as those of a level row have.
std::vector<Letter> alone_in_their_rows(std::vector<Letter> letters) {
  std::ranges::sort(letters, from_left);
  std::vector<bool> has_beside(letters.size());
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const Letter& a = letters[i];
    for (std::size_t k = i + 1; k < letters.size() && letters[k].x0 <= a.x1 + kBeside * a.height(); ++k) {
      const Letter& b = letters[k];
      const float shared = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
      const float lower = std::min(a.height(), b.height());
      if (2 * shared < lower || b.x0 - a.x1 > kBeside * lower || b.middle() - a.middle() < 0.5F * a.width())
        continue;
      has_beside[i] = has_beside[k] = true;
    }
  }
  std::vector<Letter> alone;
  for (std::size_t i = 0; i < letters.size(); ++i)
    if (!has_beside[i]) alone.push_back(letters[i]);
  return alone;
}

// Of one height and long. Digits above one another that are to be read across are wider than high in this
// frame, and further apart than letters of a row, which may touch.
bool looks_like_print(const std::vector<Letter>& chain, float letter_px) {
  std::vector<float> heights;
  float length = 0;
  std::ptrdiff_t narrow = 0, alike = 0;
  for (const Letter& letter : chain) {
    heights.push_back(letter.height());
    length += letter.width();
    narrow += letter.width() <= letter.height() ? 1 : 0;
  }
  const float usual = median(heights), reach = chain.back().x1 - chain.front().x0;
  if (usual < kLowest * letter_px || usual > kHighest * letter_px || reach < kShortest * usual) return false;
  for (const float height : heights) alike += std::abs(height - usual) <= kAlike * usual ? 1 : 0;
  const auto count = static_cast<std::ptrdiff_t>(chain.size());
  return 5 * alike >= 4 * count && (3 * narrow >= 2 * count || length > kTouching * reach);
}

// Whether most of a chain's pieces, in the page's frame, stand on baselines of other print of their size:
// numbers whose digits have run together, above one another in a table.
bool is_column_of_table(const std::vector<Letter>& chain, const std::vector<Letter>& letters) {
  constexpr float kOnBaseline = 0.15F, kNear = 15;  // in heights
  const auto has_row = [&](const Letter& piece) {
    return std::ranges::any_of(letters, [&](const Letter& letter) {
      const float gap = std::max(letter.x0 - piece.x1, piece.x0 - letter.x1), height = piece.height();
      return gap > 0 && gap < kNear * height &&
             std::abs(letter.bottom - piece.bottom) < kOnBaseline * height &&
             std::abs(letter.height() - height) < kAlike * height;
    });
  };
  return 10 * std::ranges::count_if(chain, has_row) > 7 * static_cast<std::ptrdiff_t>(chain.size());
}

// Letters that go on from a row's end, though something stands beside them.
void lengthen(std::vector<Letter>& chain, const std::vector<Letter>& letters) {
  std::vector<float> heights;
  for (const Letter& letter : chain) heights.push_back(letter.height());
  const float usual = median(std::move(heights));
  const auto goes_on = [&](const Letter& end, const Letter& letter, float gap) {
    const float shared = std::min(end.bottom, letter.bottom) - std::max(end.top, letter.top);
    return gap > -kAlike * usual && gap < kReach * usual && shared > (1 - kAlike) * usual &&
           std::abs(letter.height() - usual) <= kAlike * usual;
  };
  for (bool is_longer = true; is_longer;) {
    is_longer = false;
    for (const Letter& letter : letters) {
      if (letter.middle() > chain.back().x1 && goes_on(chain.back(), letter, letter.x0 - chain.back().x1)) {
        chain.push_back(letter);
        is_longer = true;
      } else if (letter.middle() < chain.front().x0 &&
                 goes_on(chain.front(), letter, chain.front().x0 - letter.x1)) {
        chain.insert(chain.begin(), letter);
        is_longer = true;
      }
    }
  }
}

FoundLine as_found_line(const Row& row, const Turn& turn, const Tilt& tilt) {
  const auto to_page = [&](float x, float y) { return tilt.to_page(turn.from_level(cv::Point2f(x, y))); };
  FoundLine line;
  line.geometry.baseline_start = to_page(row.x0, row.baseline);
  line.geometry.baseline_end = to_page(row.x1, row.baseline_at(row.x1));
  line.geometry.ascent_px = row.ascent;
  line.geometry.descent_px = row.descent;
  line.geometry.x_height_px = row.x_height;
  const std::vector<cv::Point2f> corners = {to_page(row.x0, row.top), to_page(row.x1, row.top),
                                            to_page(row.x0, row.bottom), to_page(row.x1, row.bottom)};
  const auto [left, right] = std::ranges::minmax_element(corners, {}, &cv::Point2f::x);
  const auto [top, bottom] = std::ranges::minmax_element(corners, {}, &cv::Point2f::y);
  line.box =
      cv::Rect(cv::Point(cvFloor(left->x), cvFloor(top->y)), cv::Point(cvCeil(right->x), cvCeil(bottom->y)));
  return line;
}

}  // namespace

std::vector<FoundLine> take_out_upright_lines(std::vector<Letter>& letters, std::vector<Letter>& large,
                                              float letter_px, const Tilt& tilt) {
  const Turn down{true}, up{false};
  std::vector<Letter> all = letters, turned;
  all.insert(all.end(), large.begin(), large.end());
  for (const Letter& letter : alone_in_their_rows(all)) turned.push_back(down.to_level(letter));
  std::vector<std::vector<Letter>> chains = chain_letters(std::move(turned), kReach);
  std::erase_if(chains, [&](const auto& chain) {
    if (!looks_like_print(chain, letter_px)) return true;
    std::vector<Letter> on_page;
    for (const Letter& letter : chain) on_page.push_back(down.from_level(letter));
    return is_column_of_table(on_page, letters);
  });
  if (chains.empty()) return {};
  for (Letter& letter : all) letter = down.to_level(letter);
  std::ranges::sort(all, from_left);
  for (std::vector<Letter>& chain : chains) lengthen(chain, all);
  std::vector<Letter> taken;
  for (const std::vector<Letter>& chain : chains)
    for (const Letter& letter : chain) taken.push_back(down.from_level(letter));
  if (static_cast<double>(taken.size()) > kMostOfPage * static_cast<double>(letters.size())) return {};

  std::ranges::sort(taken, from_left);
  const auto is_taken = [&](const Letter& letter) {
    return std::ranges::binary_search(taken, letter, from_left);
  };
  std::erase_if(letters, is_taken);
  std::erase_if(large, is_taken);
  std::vector<FoundLine> found;
  for (const std::vector<Letter>& chain : chains) {
    std::vector<Letter> other_way;
    for (const Letter& letter : chain) other_way.push_back(up.to_level(down.from_level(letter)));
    std::ranges::sort(other_way, from_left);
    found.push_back(as_found_line(fit_row(chain), down, tilt));
    found.back().doubt = Doubt::kDoubtful;
    found.push_back(as_found_line(fit_row(std::move(other_way)), up, tilt));
    found.back().doubt = Doubt::kOtherWay;
  }
  return found;
}

}  // namespace ocrbatch::pipeline
