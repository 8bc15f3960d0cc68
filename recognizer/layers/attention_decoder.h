// A recurrent decoder that writes a line label by label and looks, at each step, at the frames that matter:
// additive attention (arXiv 1409.0473) that also sees where it has looked before (arXiv 1506.07503), and a
// GRU.
//
//   state h (hidden), last attention a (T), sum of all attentions s (T)
//   e_t   = v . tanh(W_q h + W_k frame_t + W_f conv([a, s])_t)
//   a     = softmax(e), context = sum_t a_t frame_t, s += a
//   h     = GRU([embedding(previous label), context], h)
//   logits = head([h, context])
//
// Class 0 begins a line and ends it.
#pragma once

#include <torch/nn.h>

namespace ocrbatch::recognizer {

struct AttentionDecoderOptions {
  int features = 256;  // of a frame
  int hidden_size = 256;
  int attention_size = 128;
  int embedding_size = 128;
  int location_filters = 8;
  int location_window = 15;  // frames, odd
  int classes = 2;
};

// The frames of a batch, and what attention needs of them again and again.
struct AttentionMemory {
  torch::Tensor frames;   // (batch, T, features)
  torch::Tensor keys;     // (batch, T, attention_size)
  torch::Tensor blocked;  // (batch, T) bool: beyond the line's end
};

struct AttentionState {
  torch::Tensor hidden;  // (batch, hidden_size)
  torch::Tensor looked;  // (batch, 2, T): the last attention, and the sum of all so far
};

struct AttentionStep {
  torch::Tensor output;     // (batch, hidden_size + features), for logits()
  torch::Tensor attention;  // (batch, T), sums to 1
  AttentionState state;
};

class AttentionDecoderImpl : public torch::nn::Module {
 public:
  explicit AttentionDecoderImpl(const AttentionDecoderOptions& options);

  // frames (batch, T, features) float32; counts (batch) int32 on the CPU: a line's own frames.
  AttentionMemory remember(const torch::Tensor& frames, const torch::Tensor& counts);
  AttentionState start(const AttentionMemory& memory) const;
  // previous (batch) int64: the labels written last.
  AttentionStep step(const AttentionMemory& memory, const AttentionState& state,
                     const torch::Tensor& previous);
  // (..., hidden_size + features) -> (..., classes). Training asks once for all steps: with thousands of
  // classes, step by step would spend its time on reading and writing the matrix.
  torch::Tensor logits(const torch::Tensor& outputs) { return head_->forward(outputs); }

 private:
  AttentionDecoderOptions options_;
  torch::nn::Embedding embedding_{nullptr};
  torch::nn::Linear query_{nullptr}, key_{nullptr}, location_{nullptr}, energy_{nullptr};
  torch::nn::Conv1d location_convolution_{nullptr};
  torch::nn::GRUCell cell_{nullptr};
  torch::nn::Linear head_{nullptr};
};
TORCH_MODULE(AttentionDecoder);

}  // namespace ocrbatch::recognizer
