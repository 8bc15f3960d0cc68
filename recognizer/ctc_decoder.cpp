#include "recognizer/ctc_decoder.h"

#include <torch/torch.h>

#include <algorithm>

#include "recognizer/ctc_alignment.h"
#include "recognizer/ctc_beam_search.h"

namespace ocrbatch::recognizer {

std::vector<std::vector<CtcLabel>> decode_greedy(const torch::Tensor& logits,
                                                 const std::vector<int>& frames) {
  const torch::NoGradGuard no_grad;
  const auto best = torch::softmax(logits, -1).max(-1);
  const torch::Tensor probabilities = std::get<0>(best).contiguous(), labels = std::get<1>(best).contiguous();
  const int64_t steps = logits.size(1);
  std::vector<std::vector<CtcLabel>> lines(frames.size());
  for (std::size_t b = 0; b < frames.size(); ++b) {
    const float* const probability = probabilities.const_data_ptr<float>() + static_cast<int64_t>(b) * steps;
    const int64_t* const label = labels.const_data_ptr<int64_t>() + static_cast<int64_t>(b) * steps;
    int previous = Alphabet::kBlank;
    for (int t = 0; t < frames[b]; ++t) {
      const int now = static_cast<int>(label[t]);
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
  const torch::Tensor log_probabilities = torch::log_softmax(logits, -1).contiguous();
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
