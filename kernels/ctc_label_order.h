// Where the lines' labels begin, and each line's places in the order of their labels, as the CTC loss on a
// CUDA device needs them.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace ocrbatch::kernels {

struct CtcLabelOrder {
  std::vector<int> line_start{0};  // (batch + 1)
  std::vector<int> by_label;       // places in the line, by label and then by place
  int64_t max_labels = 0;          // of a line

  // int32 on the CPU, as in CtcLossInputs.
  CtcLabelOrder(const at::Tensor& labels, const at::Tensor& label_counts) {
    const int* label = labels.const_data_ptr<int>();
    by_label.resize(static_cast<std::size_t>(labels.numel()));
    for (int64_t b = 0; b < label_counts.numel(); ++b) {
      const int count = label_counts.const_data_ptr<int>()[b];
      const auto first = by_label.begin() + line_start.back();
      std::iota(first, first + count, 0);
      std::stable_sort(first, first + count, [&](int i, int j) { return label[i] < label[j]; });
      line_start.push_back(line_start.back() + count);
      max_labels = std::max<int64_t>(max_labels, count);
      label += count;
    }
  }
};

}  // namespace ocrbatch::kernels
