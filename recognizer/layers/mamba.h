// Bidirectional Mamba: the block of arXiv 2312.00752 run in both directions around shared projections, as in
// Vision Mamba (arXiv 2401.09417, bimamba v2). Parameter names are those of mamba-ssm (in_proj, conv1d,
// x_proj, dt_proj, A_log, D, out_proj) and of Vision Mamba for the second direction (conv1d_b, ...).
#pragma once

#include <torch/nn.h>

#include <string_view>

#include "kernels/line_places.h"
#include "kernels/selective_scan.h"
#include "recognizer/layers/lora_linear.h"
#include "recognizer/network.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {

struct MambaOptions {
  int d_model = 192, d_state = 8, expand = 2, d_conv = 4;
  bool tied_A = false;  // a channel's states decay alike, as in Mamba-2 (arXiv 2405.21060)
  LoraOptions lora;     // of in_proj, x_proj, dt_proj and out_proj
};

// The keys of a stack of Mamba layers in a "model" object.
struct MambaParameters {
  int mamba_d_model = 192;
  int mamba_layers = 2;
  int d_state = 8;
  int expand = 2;
  int d_conv = 4;
  bool tied_A = false;
  double dropout = 0.0;
  int lora_rank = 0;  // of low-rank updates of the Mamba projections; 0: none
  double lora_alpha = 16;

  void read(StrictObject& model);
  boost::json::object to_json() const;
  MambaOptions options() const {
    return {mamba_d_model, d_state, expand, d_conv, tied_A, {lora_rank, lora_alpha}};
  }
};

// The lines of a batch, for all layers that they go through.
struct MambaLines {
  torch::Tensor lengths;  // (batch) int32 on the CPU; undefined where only the device has them
  torch::Tensor places;   // kernels::line_places()

  // x: as the first layer gets it. line_lengths (batch) int32 on the CPU or, of padded lines, where x is.
  MambaLines(const torch::Tensor& x, const torch::Tensor& line_lengths)
      : lengths(line_lengths.is_cpu() ? line_lengths : torch::Tensor()),
        places(kernels::line_places(x, line_lengths)) {}
};

class BidirectionalMambaImpl : public torch::nn::Module {
 public:
  explicit BidirectionalMambaImpl(const MambaOptions& options);
  // x (batch, T, d_model), or packed (rows, d_model). Padding is zero in the result.
  torch::Tensor forward(const torch::Tensor& x, const MambaLines& lines);
  // skip + forward(x, lines), in skip's dtype.
  torch::Tensor add_to(const torch::Tensor& skip, const torch::Tensor& x, const MambaLines& lines);
  // Merges LoRA and stores the matrices in that type, as bytes (kChar, on a CPU) the large ones; the scan's
  // own parameters stay float32.
  void convert_matrices(torch::ScalarType type);

 private:
  struct Direction {
    torch::nn::Conv1d conv1d{nullptr};
    LoraLinear x_proj{nullptr}, dt_proj{nullptr};
    torch::Tensor A_log, D;
  };
  Direction make_direction(const std::string& suffix);
  torch::Tensor scan(const torch::Tensor& x, const MambaLines& lines);  // before out_proj
  kernels::SelectiveScanInputs scan_inputs(const Direction& direction, bool reverse, const torch::Tensor& x,
                                           const torch::Tensor& z, const MambaLines& lines) const;

  MambaOptions options_;
  int d_inner_, dt_rank_;
  LoraLinear in_proj_{nullptr}, out_proj_{nullptr};
  Direction forward_, backward_;
};
TORCH_MODULE(BidirectionalMamba);

// x + mixer(norm(x)), the residual form in which Mamba blocks are stacked.
class MambaLayerImpl : public torch::nn::Module {
 public:
  static constexpr const char* kClosing = "mixer.out_proj.weight";  // at zero, rows pass unchanged

  MambaLayerImpl(const MambaOptions& options, double dropout);
  torch::Tensor forward(const torch::Tensor& x, const MambaLines& lines);
  void convert_matrices(torch::ScalarType type) { mixer_->convert_matrices(type); }

 private:
  torch::nn::LayerNorm norm_{nullptr};
  BidirectionalMamba mixer_{nullptr};
  torch::nn::Dropout dropout_{nullptr};
};
TORCH_MODULE(MambaLayer);

// The channels that the layer by that name has inside: its inner ones and the ranks of its steps. What reads
// the rows that go through all layers, and what adds to them, goes into `rows`.
std::vector<ChannelGroup> mamba_channel_groups(const std::string& layer, const MambaOptions& options,
                                               ChannelGroup& rows);

// Whether a tensor of that name has the logarithms of a direction's rates, (d_inner, d_state) or tied
// (d_inner, 1).
bool has_rates(std::string_view name);
// Tied ones to begin with in place of free ones: the geometric mean of a channel's.
torch::Tensor tied_rates(const torch::Tensor& A_log);

// norm(x); where the CPU reads in float32, by the project's own kernel.
torch::Tensor normalized_rows(torch::nn::LayerNorm norm, const torch::Tensor& x);

// x @ weight^T + bias in the weight's dtype.
torch::Tensor linear_in_weight_type(const torch::nn::Linear& linear, const torch::Tensor& x);

}  // namespace ocrbatch::recognizer
