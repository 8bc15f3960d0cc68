#include "recognizer/ctc_decoder.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "recognizer/ctc_alignment.h"
#include "recognizer/ctc_beam_search.h"

namespace ocrbatch::recognizer {
namespace {

// The first of the largest. Sixteen maxima side by side are what compilers turn into vector instructions.
int place_of_maximum(const float* values, int count) {
  constexpr int kLanes = 16;
  float largest = values[0];
  int i = 0;
  if (count >= kLanes) {
    float lanes[kLanes];
    std::copy_n(values, kLanes, lanes);
    for (i = kLanes; i + kLanes <= count; i += kLanes) {
      for (int k = 0; k < kLanes; ++k) lanes[k] = lanes[k] < values[i + k] ? values[i + k] : lanes[k];
    }
    largest = *std::max_element(lanes, lanes + kLanes);
  }
  for (; i < count; ++i) largest = std::max(largest, values[i]);
  const float* const found = std::find(values, values + count, largest);
  return found == values + count ? Alphabet::kBlank
                                 : static_cast<int>(found - values);  // not a number: no label
}

// Within an autocast scope, as in validation, a last layer's result may be of half precision.
torch::Tensor as_floats(const torch::Tensor& logits) {
  return logits.to(torch::kCPU, torch::kFloat).contiguous();
}

struct BestLabels {
  std::vector<int> labels;           // of each row
  std::vector<float> probabilities;  // of those labels; 0 for blanks, which nobody asks about
};

// Most rows are blank, and only the others need their softmax's sum.
BestLabels best_labels(const torch::Tensor& logits) {
  const int64_t classes = logits.size(2), rows = logits.size(0) * logits.size(1);
  const float* const values = logits.const_data_ptr<float>();
  BestLabels best{std::vector<int>(static_cast<std::size_t>(rows)),
                  std::vector<float>(static_cast<std::size_t>(rows))};
  std::vector<int64_t> inked;
  for (int64_t row = 0; row < rows; ++row) {
    const int label = place_of_maximum(values + row * classes, static_cast<int>(classes));
    best.labels[static_cast<std::size_t>(row)] = label;
    if (label != Alphabet::kBlank) inked.push_back(row);
  }
  if (inked.empty()) return best;
  const torch::Tensor sums =
      torch::logsumexp(logits.view({rows, classes}).index_select(0, torch::tensor(inked, torch::kLong)), -1);
  const float* sum = sums.const_data_ptr<float>();
  for (const int64_t row : inked) {
    const auto i = static_cast<std::size_t>(row);
    best.probabilities[i] = std::exp(values[row * classes + best.labels[i]] - *sum++);
  }
  return best;
}

}  // namespace

std::vector<std::vector<CtcLabel>> decode_greedy(const torch::Tensor& logits,
                                                 const std::vector<int>& frames) {
  const torch::NoGradGuard no_grad;
  const BestLabels best = best_labels(as_floats(logits));
  const int64_t steps = logits.size(1);
  std::vector<std::vector<CtcLabel>> lines(frames.size());
  for (std::size_t b = 0; b < frames.size(); ++b) {
    const float* const probability = best.probabilities.data() + static_cast<int64_t>(b) * steps;
    const int* const label = best.labels.data() + static_cast<int64_t>(b) * steps;
    int previous = Alphabet::kBlank;
    for (int t = 0; t < frames[b]; ++t) {
      const int now = label[t];
      if (now != Alphabet::kBlank && now == previous) {
        lines[b].back().last_frame = t;
        lines[b].back().confidence = std::max(lines[b].back().confidence, probability[t]);
      } else if (now != Alphabet::kBlank) {
        lines[b].push_back({now, t, t, probability[t]});
      }
      previous = now;
    }
  }
  return lines;
}

std::vector<std::vector<CtcLabel>> decode_beam(const torch::Tensor& logits, const std::vector<int>& frames,
                                               const Decoding& decoding) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor log_probabilities = torch::log_softmax(as_floats(logits), -1);
  const int64_t line_floats = logits.size(1) * logits.size(2);
  const int classes = static_cast<int>(logits.size(2));
  CtcBeamSearch search(decoding);
  std::vector<std::vector<CtcLabel>> lines;
  for (std::size_t b = 0; b < frames.size(); ++b) {
    const float* const line =
        log_probabilities.const_data_ptr<float>() + static_cast<int64_t>(b) * line_floats;
    const std::vector<int> labels = search.best_labels(line, frames[b], classes);
    lines.push_back(align_labels(labels, line, frames[b], classes));
  }
  return lines;
}

std::vector<ReadLabel> to_columns(const std::vector<CtcLabel>& labels, const FrameGrid& grid) {
  std::vector<ReadLabel> read;
  for (const CtcLabel& label : labels) {
    read.push_back({label.label,
                    static_cast<float>(grid.first_px + label.first_frame * grid.pixels_per_frame),
                    static_cast<float>(grid.first_px + (label.last_frame + 1) * grid.pixels_per_frame),
                    label.confidence});
  }
  return read;
}

}  // namespace ocrbatch::recognizer
