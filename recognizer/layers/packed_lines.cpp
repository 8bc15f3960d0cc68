#include "recognizer/layers/packed_lines.h"

#include <torch/torch.h>

#include <numeric>
#include <vector>

#include "recognizer/layers/on_device.h"

namespace ocrbatch::recognizer {
namespace {

// Padding is left out where it is more than one row in this many: copying the rows of batches by width, which
// have little, made reading slower.
constexpr int64_t kWorthwhileShare = 8;

}  // namespace

PackedLines::PackedLines(const torch::Tensor& lengths, int64_t steps, torch::Device device)
    : batch_(lengths.size(0)), steps_(steps) {
  if (!lengths.is_cpu()) return;
  std::vector<int64_t> rows;
  for (int64_t b = 0; b < batch_; ++b) {
    const std::size_t before = rows.size();
    rows.resize(before + static_cast<std::size_t>(lengths.const_data_ptr<int>()[b]));
    std::iota(rows.begin() + static_cast<std::ptrdiff_t>(before), rows.end(), b * steps);
  }
  if (batch_ * steps - static_cast<int64_t>(rows.size()) > batch_ * steps / kWorthwhileShare)
    rows_ = on_device(torch::tensor(rows, torch::kLong), device);
}

torch::Tensor PackedLines::pack(const torch::Tensor& padded) const {
  if (!rows_.defined()) return padded;
  return padded.flatten(0, 1).index_select(0, rows_);
}

torch::Tensor PackedLines::unpack(const torch::Tensor& packed) const {
  if (!rows_.defined()) return packed;
  return packed.new_zeros({batch_ * steps_, packed.size(1)})
      .index_copy(0, rows_, packed)
      .view({batch_, steps_, packed.size(1)});
}

}  // namespace ocrbatch::recognizer
