#include "recognizer/attention_reader.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace ocrbatch::recognizer {
namespace {

constexpr int kEnd = 0;

struct Written {
  int label = 0;
  double log_probability = 0;
  double center = 0;  // of its attention, frames
};

struct Hypothetical {
  std::vector<Written> labels;
  double log_probability = 0;
  int64_t row = 0;  // of the state that its last label left

  double score() const { return log_probability / static_cast<double>(labels.size() + 1); }
};

struct Extension {
  double log_probability;
  std::size_t parent;
  int label;
};

double center_of(const torch::Tensor& attention) {
  const float* const share = attention.const_data_ptr<float>();
  double sum = 0;
  for (int64_t t = 0; t < attention.size(0); ++t) sum += share[t] * (static_cast<double>(t) + 0.5);
  return sum;
}

// The best continuations of all hypotheses; equal ones in the order of hypothesis and label.
std::vector<Extension> best_extensions(const std::vector<Hypothetical>& beam,
                                       const torch::Tensor& log_probabilities, std::size_t count) {
  std::vector<Extension> all;
  for (std::size_t i = 0; i < beam.size(); ++i) {
    const torch::Tensor row = log_probabilities[static_cast<int64_t>(i)];
    const auto top = torch::topk(row, std::min(static_cast<int64_t>(count), row.size(0)), /*dim=*/0);
    const torch::Tensor values = std::get<0>(top).contiguous(), labels = std::get<1>(top).contiguous();
    for (int64_t k = 0; k < values.size(0); ++k) {
      all.push_back({beam[i].log_probability + values.const_data_ptr<float>()[k], i,
                     static_cast<int>(labels.const_data_ptr<int64_t>()[k])});
    }
  }
  std::sort(all.begin(), all.end(), [](const Extension& a, const Extension& b) {
    if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
    return a.parent != b.parent ? a.parent < b.parent : a.label < b.label;
  });
  if (all.size() > count) all.resize(count);
  return all;
}

std::vector<ReadLabel> with_columns(const std::vector<Written>& labels, int64_t frames,
                                    int pixels_per_frame) {
  std::vector<ReadLabel> read;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double here = labels[i].center;
    double before = i > 0 ? (here - labels[i - 1].center) / 2 : 0;
    double behind = i + 1 < labels.size() ? (labels[i + 1].center - here) / 2 : 0;
    if (i == 0) before = behind;
    if (i + 1 == labels.size()) behind = before;
    if (labels.size() == 1) before = behind = static_cast<double>(frames) / 2;
    // Attention may step back: every label keeps at least one frame.
    const double x0 = std::clamp(here - std::max(0.5, before), 0.0, static_cast<double>(frames));
    const double x1 = std::clamp(here + std::max(0.5, behind), 0.0, static_cast<double>(frames));
    read.push_back({labels[i].label, static_cast<float>(x0 * pixels_per_frame),
                    static_cast<float>(x1 * pixels_per_frame),
                    static_cast<float>(std::exp(labels[i].log_probability))});
  }
  return read;
}

}  // namespace

std::vector<ReadLabel> read_with_attention(AttentionDecoder& decoder, const torch::Tensor& frames,
                                           int beam_width, int max_length, int pixels_per_frame) {
  const auto wanted = static_cast<std::size_t>(std::max(1, beam_width));
  const torch::Tensor line = frames.unsqueeze(0);
  const AttentionMemory single = decoder->remember(line, torch::full({1}, frames.size(0), torch::kInt));
  AttentionMemory memory = single;
  AttentionState state = decoder->start(memory);
  std::vector<Hypothetical> beam(1), finished;
  const torch::Device device = frames.device();
  torch::Tensor previous = torch::full({1}, kEnd, torch::kLong).to(device);
  while (!beam.empty() && static_cast<int>(beam.front().labels.size()) < max_length) {
    const auto rows = static_cast<int64_t>(beam.size());
    memory = {single.frames.expand({rows, -1, -1}), single.keys.expand({rows, -1, -1}),
              single.blocked.expand({rows, -1})};
    const AttentionStep step = decoder->step(memory, state, previous);
    const torch::Tensor log_probabilities = torch::log_softmax(decoder->logits(step.output), 1).cpu();
    const torch::Tensor attentions = step.attention.cpu();
    std::vector<Hypothetical> next;
    std::vector<int64_t> parents, labels;
    for (const Extension& extension : best_extensions(beam, log_probabilities, wanted)) {
      Hypothetical hypothesis = beam[extension.parent];
      const double own = extension.log_probability - hypothesis.log_probability;
      hypothesis.log_probability = extension.log_probability;
      if (extension.label == kEnd) {
        finished.push_back(std::move(hypothesis));
        continue;
      }
      const torch::Tensor attention = attentions[static_cast<int64_t>(extension.parent)].contiguous();
      hypothesis.labels.push_back({extension.label, own, center_of(attention)});
      parents.push_back(static_cast<int64_t>(extension.parent));
      labels.push_back(extension.label);
      next.push_back(std::move(hypothesis));
    }
    if (finished.size() >= wanted) break;
    beam = std::move(next);
    const torch::Tensor from = torch::tensor(parents, torch::kLong).to(device);
    state = {step.state.hidden.index_select(0, from), step.state.looked.index_select(0, from)};
    previous = torch::tensor(labels, torch::kLong).to(device);
  }
  // A line that never ended keeps what was written.
  if (finished.empty()) finished = std::move(beam);
  const auto best =
      std::max_element(finished.begin(), finished.end(),
                       [](const Hypothetical& a, const Hypothetical& b) { return a.score() < b.score(); });
  return with_columns(best->labels, frames.size(0), pixels_per_frame);
}

}  // namespace ocrbatch::recognizer
