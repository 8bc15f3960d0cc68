#include "recognizer/ctc_network.h"

#include <torch/torch.h>

#include "kernels/ctc_loss.h"

namespace ocrbatch::recognizer {
namespace {

static_assert(Alphabet::kBlank == kernels::kCtcBlank);

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
  std::vector<int> labels, label_counts;
  for (const std::vector<int>& line : targets) {
    labels.insert(labels.end(), line.begin(), line.end());
    label_counts.push_back(static_cast<int>(line.size()));
  }
  const torch::Tensor counts = torch::tensor(label_counts, torch::kInt);
  const torch::Tensor losses =
      kernels::ctc_loss({logits, torch::tensor(frames_of(*this, widths), torch::kInt),
                         torch::tensor(labels, torch::kInt), counts});
  return (losses / counts.clamp_min(1).to(losses.device(), torch::kFloat)).mean();
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
