#include "recognizer/ctc_network.h"

#include <torch/torch.h>

namespace ocrbatch::recognizer {
namespace {

std::vector<int> frames_of(const LineNetwork& network, const torch::Tensor& widths) {
  std::vector<int> frames;
  const int* const width = widths.const_data_ptr<int>();
  for (int64_t b = 0; b < widths.size(0); ++b) frames.push_back(network.frames(width[b]));
  return frames;
}

}  // namespace

bool CtcNetwork::can_align(int width_px, const std::vector<int>& labels) const {
  auto needed = static_cast<int>(labels.size());
  for (std::size_t i = 1; i < labels.size(); ++i) needed += labels[i] == labels[i - 1] ? 1 : 0;
  return frames(width_px) >= needed;
}

torch::Tensor CtcNetwork::loss(const torch::Tensor& logits, const torch::Tensor& widths,
                               const Targets& targets) {
  std::vector<int> labels;
  std::vector<int64_t> label_counts;
  for (const std::vector<int>& line : targets) {
    labels.insert(labels.end(), line.begin(), line.end());
    label_counts.push_back(static_cast<int64_t>(line.size()));
  }
  const std::vector<int> frames = frames_of(*this, widths);
  const std::vector<int64_t> frame_counts(frames.begin(), frames.end());
  return torch::ctc_loss(torch::log_softmax(logits, -1).transpose(0, 1), torch::tensor(labels, torch::kLong),
                         torch::tensor(frame_counts, torch::kLong), torch::tensor(label_counts, torch::kLong),
                         Alphabet::kBlank, at::Reduction::Mean,
                         /*zero_infinity=*/true);
}

std::vector<std::vector<ReadLabel>> CtcNetwork::read(const torch::Tensor& logits, const torch::Tensor& widths,
                                                     const Decoding& decoding) {
  const std::vector<int> frames = frames_of(*this, widths);
  std::vector<std::vector<ReadLabel>> lines;
  for (const auto& labels :
       decoding.beam_width > 1 ? decode_beam(logits, frames, decoding) : decode_greedy(logits, frames)) {
    lines.push_back(to_columns(labels, frame_grid()));
  }
  return lines;
}

}  // namespace ocrbatch::recognizer
