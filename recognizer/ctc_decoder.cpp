#include "recognizer/ctc_decoder.h"

#include <torch/torch.h>

#include "kernels/class_rows_cpu.h"
#include "kernels/ctc_greedy.h"
#include "recognizer/ctc_alignment.h"
#include "recognizer/ctc_beam_search.h"

namespace ocrbatch::recognizer {
namespace {

// Within an autocast scope, as in validation, a last layer's result may be of half precision.
torch::Tensor as_floats(const torch::Tensor& logits) {
  return logits.to(torch::kCPU, torch::kFloat).contiguous();
}

}  // namespace

std::vector<std::vector<CtcLabel>> decode_greedy(const torch::Tensor& logits,
                                                 const std::vector<int>& frames) {
  const torch::NoGradGuard no_grad;
  const kernels::CtcGreedyLabels found = kernels::ctc_greedy(logits, torch::tensor(frames, torch::kInt));
  const int64_t most = found.labels.size(1);
  std::vector<std::vector<CtcLabel>> lines(frames.size());
  for (std::size_t b = 0; b < frames.size(); ++b) {
    const int64_t first = static_cast<int64_t>(b) * most;
    for (int64_t i = first; i < first + found.counts.const_data_ptr<int>()[b]; ++i) {
      lines[b].push_back({found.labels.const_data_ptr<int>()[i], found.first_frames.const_data_ptr<int>()[i],
                          found.last_frames.const_data_ptr<int>()[i],
                          found.probabilities.const_data_ptr<float>()[i]});
    }
  }
  return lines;
}

std::vector<std::vector<CtcLabel>> decode_beam(const torch::Tensor& logits, const std::vector<int>& frames,
                                               const Decoding& decoding) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor floats = as_floats(logits);
  const int64_t line_floats = floats.size(1) * floats.size(2);
  const int classes = static_cast<int>(floats.size(2));
  CtcBeamSearch search(decoding);
  std::vector<float> log_probabilities;
  std::vector<std::vector<CtcLabel>> lines;
  for (std::size_t b = 0; b < frames.size(); ++b) {
    log_probabilities.resize(static_cast<std::size_t>(frames[b]) * static_cast<std::size_t>(classes));
    const float* const line = log_probabilities.data();
    kernels::log_softmax_rows_cpu(floats.const_data_ptr<float>() + static_cast<int64_t>(b) * line_floats,
                                  frames[b], classes, log_probabilities.data());
    const std::vector<BeamReading> readings = search.readings(line, frames[b], classes);
    lines.push_back(align_labels(readings.front().labels, line, frames[b], classes));
    const std::vector<float> agreement = agreement_with_first(readings);
    for (std::size_t i = 0; i < agreement.size(); ++i) lines.back()[i].agreement = agreement[i];
  }
  return lines;
}

std::vector<ReadLabel> to_columns(const std::vector<CtcLabel>& labels, const FrameGrid& grid) {
  std::vector<ReadLabel> read;
  for (const CtcLabel& label : labels) {
    read.push_back({label.label,
                    static_cast<float>(grid.first_px + label.first_frame * grid.pixels_per_frame),
                    static_cast<float>(grid.first_px + (label.last_frame + 1) * grid.pixels_per_frame),
                    label.confidence, label.agreement});
  }
  return read;
}

}  // namespace ocrbatch::recognizer
