#include "recognizer/arch/crnn_attention.h"

#include <torch/torch.h>

#include "recognizer/attention_reader.h"
#include "recognizer/layers/no_autocast.h"

namespace ocrbatch::recognizer {
namespace {

constexpr int64_t kEnd = 0, kNoTarget = -100;

torch::Tensor frame_counts(const torch::Tensor& widths) {
  return torch::floor_divide(widths.clamp_min(CrnnBackboneImpl::kPitchPx), CrnnBackboneImpl::kPitchPx)
      .to(torch::kInt);
}

// (batch, longest + 1): each line's labels, its end, then kNoTarget.
torch::Tensor padded(const Targets& targets) {
  std::size_t longest = 0;
  for (const auto& line : targets) longest = std::max(longest, line.size());
  torch::Tensor out = torch::full({static_cast<int64_t>(targets.size()), static_cast<int64_t>(longest) + 1},
                                  kNoTarget, torch::kLong);
  auto cells = out.accessor<int64_t, 2>();
  for (std::size_t b = 0; b < targets.size(); ++b) {
    const auto row = static_cast<int64_t>(b);
    for (std::size_t i = 0; i < targets[b].size(); ++i) cells[row][static_cast<int64_t>(i)] = targets[b][i];
    cells[row][static_cast<int64_t>(targets[b].size())] = kEnd;
  }
  return out;
}

}  // namespace

CrnnAttentionParameters CrnnAttentionParameters::read(StrictObject& model) {
  CrnnAttentionParameters p;
  p.backbone.read(model);
  model.read("attention_size", p.attention_size);
  model.read("embedding_size", p.embedding_size);
  model.read("max_length", p.max_length);
  model.read("scheduled_sampling", p.scheduled_sampling);
  model.read("label_smoothing", p.label_smoothing);
  model.require(p.attention_size > 0, "attention_size", "positive");
  model.require(p.embedding_size > 0, "embedding_size", "positive");
  model.require(p.max_length > 0, "max_length", "positive");
  model.require(p.scheduled_sampling >= 0 && p.scheduled_sampling <= 1, "scheduled_sampling", "from 0 to 1");
  model.require(p.label_smoothing >= 0 && p.label_smoothing < 1, "label_smoothing", "from 0 to less than 1");
  return p;
}

boost::json::object CrnnAttentionParameters::to_json() const {
  boost::json::object all = backbone.to_json();
  all["attention_size"] = attention_size;
  all["embedding_size"] = embedding_size;
  all["max_length"] = max_length;
  all["scheduled_sampling"] = scheduled_sampling;
  all["label_smoothing"] = label_smoothing;
  return all;
}

CrnnAttention::CrnnAttention(const ModelConfig& config, const CrnnAttentionParameters& parameters)
    : parameters_(parameters) {
  encoder_ = register_module("backbone", CrnnBackbone(config.img_height, parameters.backbone));
  AttentionDecoderOptions options;
  options.features = options.hidden_size = parameters.backbone.hidden_size;
  options.attention_size = parameters.attention_size;
  options.embedding_size = parameters.embedding_size;
  options.classes = config.alphabet.classes();
  decoder_ = register_module("decoder", AttentionDecoder(options));
}

torch::Tensor CrnnAttention::forward(const torch::Tensor& images, const torch::Tensor& widths) {
  return encoder_->forward(images, widths);
}

bool CrnnAttention::can_align(int, const std::vector<int>& labels) const {
  return static_cast<int>(labels.size()) <= parameters_.max_length;
}

std::vector<std::string> CrnnAttention::tensors_by_label() const {
  return {"decoder.head.weight", "decoder.head.bias", "decoder.embedding.weight"};
}

torch::Tensor CrnnAttention::loss(const torch::Tensor& encoded, const torch::Tensor& widths,
                                  const Targets& targets) {
  const NoAutocast no_autocast;
  const torch::Tensor truth = padded(targets).to(encoded.device());
  const int64_t batch = truth.size(0), steps = truth.size(1);
  const double own_share = is_training() ? parameters_.scheduled_sampling * progress_ : 0;
  const AttentionMemory memory = decoder_->remember(encoded, frame_counts(widths));
  AttentionState state = decoder_->start(memory);
  torch::Tensor previous = torch::full({batch}, kEnd, truth.options());
  std::vector<torch::Tensor> outputs;
  for (int64_t i = 0; i < steps; ++i) {
    AttentionStep step = decoder_->step(memory, state, previous);
    previous = truth.select(1, i).clamp_min(0);
    if (own_share > 0) {
      const torch::Tensor own = torch::rand({batch}).lt(own_share).to(encoded.device());
      if (own.any().item<bool>()) {
        const torch::NoGradGuard no_grad;
        previous = torch::where(own, decoder_->logits(step.output).argmax(1), previous);
      }
    }
    outputs.push_back(std::move(step.output));
    state = std::move(step.state);
  }
  const torch::Tensor all = decoder_->logits(torch::stack(outputs, 1));  // (batch, steps, classes)
  const torch::Tensor losses =
      torch::nn::functional::cross_entropy(all.flatten(0, 1), truth.flatten(),
                                           torch::nn::functional::CrossEntropyFuncOptions()
                                               .ignore_index(kNoTarget)
                                               .label_smoothing(parameters_.label_smoothing)
                                               .reduction(torch::kNone))
          .view({batch, steps});
  return (losses.sum(1) / truth.ne(kNoTarget).sum(1)).mean();
}

std::vector<std::vector<ReadLabel>> CrnnAttention::read(const torch::Tensor& encoded,
                                                        const torch::Tensor& widths,
                                                        const Decoding& decoding) {
  const NoAutocast no_autocast;
  const torch::NoGradGuard no_grad;
  std::vector<std::vector<ReadLabel>> lines;
  // A line at a time: matrix products round differently with the number of rows, and a line's text must not
  // depend on its company.
  for (int64_t b = 0; b < encoded.size(0); ++b) {
    const int64_t count = frames(widths[b].item<int>());
    lines.push_back(read_with_attention(decoder_, encoded[b].slice(0, 0, count), decoding.beam_width,
                                        parameters_.max_length, CrnnBackboneImpl::kPitchPx));
  }
  return lines;
}

void CrnnAttention::prepare_for_inference(const FastArithmetic& fast) {
  eval();
  encoder_->fold(fast.bfloat16 ? torch::kBFloat16 : torch::kFloat);
}

}  // namespace ocrbatch::recognizer
