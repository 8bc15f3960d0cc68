#include "recognizer/layers/packed_lines.h"

#include <torch/torch.h>

#include <numeric>
#include <vector>

namespace ocrbatch::recognizer {

PackedLines::PackedLines(const torch::Tensor& lengths, int64_t steps)
    : batch_(lengths.size(0)), steps_(steps) {
  std::vector<int64_t> rows;
  for (int64_t b = 0; b < batch_; ++b) {
    const std::size_t before = rows.size();
    rows.resize(before + static_cast<std::size_t>(lengths.const_data_ptr<int>()[b]));
    std::iota(rows.begin() + static_cast<std::ptrdiff_t>(before), rows.end(), b * steps);
  }
  if (static_cast<int64_t>(rows.size()) < batch_ * steps) rows_ = torch::tensor(rows, torch::kLong);
}

torch::Tensor PackedLines::pack(const torch::Tensor& padded) const {
  const torch::Tensor rows = padded.flatten(0, 1);
  return rows_.defined() ? rows.index_select(0, rows_.to(rows.device())) : rows.contiguous();
}

torch::Tensor PackedLines::unpack(const torch::Tensor& packed) const {
  if (!rows_.defined()) return packed.view({batch_, steps_, packed.size(1)});
  return packed.new_zeros({batch_ * steps_, packed.size(1)})
      .index_copy(0, rows_.to(packed.device()), packed)
      .view({batch_, steps_, packed.size(1)});
}

}  // namespace ocrbatch::recognizer
