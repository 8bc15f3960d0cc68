// What every architecture is to training and to reading.
#pragma once

#include <torch/nn.h>

#include <memory>
#include <string>
#include <vector>

#include "recognizer/decoding.h"
#include "recognizer/fast_arithmetic.h"
#include "recognizer/model_config.h"

namespace ocrbatch::recognizer {

// What the lines of a batch say, as labels of the alphabet (none is 0).
using Targets = std::vector<std::vector<int>>;

// A label that was read: columns of the prepared line that it covers, its probability (0-1), and the share of
// a beam's readings that have it, too (0-1; 1 without a beam).
struct ReadLabel {
  int label = 0;
  float x0_px = 0, x1_px = 0;
  float confidence = 0, agreement = 1;
};

// A block that adds to what it is given (a residual connection). With its tensor `closing` at zero it passes
// its input on unchanged.
struct ResidualBranch {
  std::string module;   // name within the network
  std::string closing;  // name within the network
};

// A tensor that has a group's channels along a dimension: `repeats` times, one after another; what is behind
// them is something else.
struct ChannelUse {
  std::string tensor;  // name within the network
  int64_t dim = 0;
  int64_t repeats = 1;
};

// Channels that a network may have fewer of than the one that it is trained from.
struct ChannelGroup {
  int64_t channels = 0;
  std::vector<std::string> norms;      // batch norms with a ReLU behind them that the channels come from
  std::vector<ChannelUse> made, read;  // matrices and kernels; read.front() has no other rows or columns
  std::vector<ChannelUse> carried;     // whatever else has a number for each channel
};

class LineNetwork : public torch::nn::Module {
 public:
  // images (batch, 1, img_height, W) float32: 0 paper to 1 ink; columns at and beyond widths[b] are padding.
  // widths (batch) int32 on the CPU. Returns what `loss` and `read` start from: (batch, T, features) float32,
  // a CTC network's logits or an encoder's features; rows at and beyond frames(widths[b]) are meaningless. A
  // line's rows do not depend on W or on the other lines.
  virtual torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths) = 0;

  // Rows of forward's result that a line of that width gives; at least one.
  virtual int frames(int width_px) const = 0;

  // Whether a line of that width can be aligned with the labels at all; training leaves out those that
  // cannot.
  virtual bool can_align(int width_px, const std::vector<int>& labels) const = 0;

  // Mean over the lines of a line's loss by its number of labels; a scalar. `encoded` is forward's result.
  virtual torch::Tensor loss(const torch::Tensor& encoded, const torch::Tensor& widths,
                             const Targets& targets) = 0;

  // Whether forward takes widths that lie where the images do, and then does the same work whatever they are:
  // what a device can record once and repeat (recorded_work.h). After prepare_for_inference, and without
  // gradients.
  virtual bool can_be_recorded() const { return false; }

  // Whether read looks at all of `encoded` on the CPU.
  virtual bool reads_on_cpu(const Decoding&) const { return false; }

  // Reads each line. A line's labels do not depend on the other lines.
  virtual std::vector<std::vector<ReadLabel>> read(const torch::Tensor& encoded, const torch::Tensor& widths,
                                                   const Decoding& decoding) = 0;

  // Tensors with a row for each class: row 0 is the blank's (or the end's), row i that of label i. Training
  // moves these rows when an alphabet grows.
  virtual std::vector<std::string> tensors_by_label() const { return {"head.weight", "head.bias"}; }

  // Blocks that a network may have more of than the one that it is trained from.
  virtual std::vector<ResidualBranch> residual_branches() const { return {}; }

  // Where a narrower network has its channels from.
  virtual std::vector<ChannelGroup> channel_groups() const { return {}; }

  // How much of the training is done (0-1), for networks whose loss follows a schedule.
  virtual void set_training_progress(double) {}

  // Turns a trained network into its fastest equivalent for reading: folds batch norms, merges adapters, and
  // stores convolutions and matrices in what the device is fast with. Training is impossible afterwards.
  virtual void prepare_for_inference(const FastArithmetic& fast) = 0;
};

// Builds an untrained network by config.architecture. Throws ConfigError naming the architectures there are.
std::shared_ptr<LineNetwork> build_network(const ModelConfig& config);

}  // namespace ocrbatch::recognizer
