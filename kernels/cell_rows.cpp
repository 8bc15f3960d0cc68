#include "kernels/cell_rows.h"

#include <algorithm>

#include "kernels/gray_rows.h"

namespace ocrbatch::kernels {
namespace {

constexpr int kCell = CellRows::kCell, kHalf = kCell / 2;
// From one centre to the next in steps of half a pixel, as centres lie between two pixels.
constexpr int kSteps = 2 * kCell;
static_assert(kCell == kBetween && kSteps == kCentreScale);

}  // namespace

CellRows::CellRows(const cv::Mat& cells, int width_px)
    : cells_(cells), stretches_(static_cast<std::size_t>(width_px + kHalf + kCell - 1) / kCell) {
  between_.resize(std::max(static_cast<std::size_t>(cells.cols) + 2, stretches_ + 1));
  values_.resize(stretches_ * kCell);
}

const std::uint8_t* CellRows::row(int y) {
  const int upper = (y + kHalf) / kCell - 1, lower_share = 2 * ((y + kHalf) % kCell) + 1;
  const std::uint8_t* const above = cells_.ptr<std::uint8_t>(std::clamp(upper, 0, cells_.rows - 1));
  const std::uint8_t* const below = cells_.ptr<std::uint8_t>(std::clamp(upper + 1, 0, cells_.rows - 1));
  const auto columns = static_cast<std::size_t>(cells_.cols);
  for (std::size_t x = 0; x < columns; ++x)
    between_[x + 1] = static_cast<std::uint16_t>(above[x] * (kSteps - lower_share) + below[x] * lower_share);
  between_.front() = between_[1];
  std::fill(between_.begin() + static_cast<std::ptrdiff_t>(columns) + 1, between_.end(), between_[columns]);
  fill_between(between_.data(), static_cast<int>(stretches_), values_.data());
  return values_.data() + kHalf;
}

}  // namespace ocrbatch::kernels
