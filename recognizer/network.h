// What every CTC architecture is to training and to reading. Its last layer is a Linear by the name of
// "head", whose rows are the blank's and the alphabet's: that is how training moves rows when an alphabet
// grows.
#pragma once

#include <torch/nn.h>

#include <memory>

#include "recognizer/ctc_decoder.h"
#include "recognizer/model_config.h"

namespace ocrbatch::recognizer {

class CtcNetwork : public torch::nn::Module {
 public:
  // images (batch, 1, img_height, W) float32: 0 paper to 1 ink; columns at and beyond widths[b] are padding.
  // widths (batch) int32 on the CPU. Returns logits (batch, T, classes), float32; rows at and beyond
  // frames(widths)[b] are meaningless. A line's logits do not depend on W or on the other lines.
  virtual torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths) = 0;

  // Frames that a line of that width gives; at least one.
  virtual int frames(int width_px) const = 0;
  virtual FrameGrid frame_grid() const = 0;

  // Turns a trained network into its fastest equivalent for reading: folds batch norms, and with `bfloat16`
  // stores convolutions and matrices so. Training is impossible afterwards.
  virtual void prepare_for_inference(bool bfloat16) = 0;
};

// Builds an untrained network by config.architecture. Throws ConfigError naming the architectures there are.
std::shared_ptr<CtcNetwork> build_network(const ModelConfig& config);

}  // namespace ocrbatch::recognizer
