#include "recognizer/layers/mamba.h"

#include <cmath>

#include "kernels/depthwise_convolution.h"
#include "kernels/layer_norm.h"
#include "kernels/selective_scan.h"

namespace ocrbatch::recognizer {
namespace {

int inner_channels(const MambaOptions& options) {
  return options.expand * options.d_model;
}

// dt_rank of the paper's code: a sixteenth of d_model, rounded up.
int step_rank(const MambaOptions& options) {
  return (options.d_model + 15) / 16;
}

}  // namespace

void MambaParameters::read(StrictObject& model) {
  model.read("mamba_d_model", mamba_d_model);
  model.read("mamba_layers", mamba_layers);
  model.read("d_state", d_state);
  model.read("expand", expand);
  model.read("d_conv", d_conv);
  model.read("tied_A", tied_A);
  model.read("dropout", dropout);
  model.read("lora_rank", lora_rank);
  model.read("lora_alpha", lora_alpha);
  model.require(mamba_d_model > 0, "mamba_d_model", "positive");
  model.require(mamba_layers > 0, "mamba_layers", "positive");
  model.require(d_state >= 1 && d_state <= 64, "d_state", "from 1 to 64");
  model.require(expand >= 1, "expand", "positive");
  model.require(d_conv >= 1 && d_conv <= 16, "d_conv", "from 1 to 16");
  model.require(dropout >= 0 && dropout < 1, "dropout", "from 0 to less than 1");
  model.require(lora_rank >= 0, "lora_rank", "zero or more");
}

boost::json::object MambaParameters::to_json() const {
  boost::json::object json{{"mamba_d_model", mamba_d_model},
                           {"mamba_layers", mamba_layers},
                           {"d_state", d_state},
                           {"expand", expand},
                           {"d_conv", d_conv},
                           {"dropout", dropout},
                           {"lora_rank", lora_rank},
                           {"lora_alpha", lora_alpha}};
  // Models from before there was a choice are written as they were.
  if (tied_A) json["tied_A"] = true;
  return json;
}

std::vector<ChannelGroup> mamba_channel_groups(const std::string& layer, const MambaOptions& options,
                                               ChannelGroup& rows) {
  const std::string mixer = layer + ".mixer.";
  rows.made.push_back({mixer + "out_proj.weight"});
  rows.read.push_back({mixer + "in_proj.weight", 1});
  for (const char* const tensor : {".norm.weight", ".norm.bias"}) rows.carried.push_back({layer + tensor});

  ChannelGroup inner;
  inner.channels = inner_channels(options);
  inner.made = {{mixer + "in_proj.weight", 0, /*repeats=*/2}};
  inner.read = {{mixer + "out_proj.weight", 1}};
  std::vector<ChannelGroup> groups;
  for (const std::string suffix : {"", "_b"}) {
    const std::string x_proj = mixer + "x_proj" + suffix + ".weight", dt_proj = mixer + "dt_proj" + suffix,
                      conv1d = mixer + "conv1d" + suffix;
    inner.read.push_back({x_proj, 1});
    for (const std::string& tensor : {conv1d + ".weight", conv1d + ".bias", dt_proj + ".weight",
                                      dt_proj + ".bias", mixer + "A" + suffix + "_log", mixer + "D" + suffix})
      inner.carried.push_back({tensor});
    ChannelGroup ranks;
    ranks.channels = step_rank(options);
    ranks.made = {{x_proj}};  // before the rows of B and C
    ranks.read = {{dt_proj + ".weight", 1}};
    groups.push_back(ranks);
  }
  groups.push_back(inner);
  return groups;
}

bool has_rates(std::string_view name) {
  return name.ends_with(".A_log") || name.ends_with(".A_b_log");
}

torch::Tensor tied_rates(const torch::Tensor& A_log) {
  return A_log.mean(1, /*keepdim=*/true);
}

torch::Tensor linear_in_weight_type(const torch::nn::Linear& linear, const torch::Tensor& x) {
  return torch::linear(x.to(linear->weight.scalar_type()), linear->weight, linear->bias);
}

torch::Tensor normalized_rows(torch::nn::LayerNorm norm, const torch::Tensor& x) {
  const bool reads_on_cpu = !torch::GradMode::is_enabled() && x.is_cpu() &&
                            x.scalar_type() == torch::kFloat && norm->weight.scalar_type() == torch::kFloat;
  return reads_on_cpu ? kernels::layer_norm(x, norm->weight, norm->bias, norm->options.eps())
                      : norm->forward(x);
}

BidirectionalMambaImpl::BidirectionalMambaImpl(const MambaOptions& options)
    : options_(options), d_inner_(inner_channels(options)), dt_rank_(step_rank(options)) {
  in_proj_ = register_module("in_proj",
                             LoraLinear(options.d_model, 2 * d_inner_, /*with_bias=*/false, options.lora));
  forward_ = make_direction("");
  backward_ = make_direction("_b");
  out_proj_ =
      register_module("out_proj", LoraLinear(d_inner_, options.d_model, /*with_bias=*/false, options.lora));
}

BidirectionalMambaImpl::Direction BidirectionalMambaImpl::make_direction(const std::string& suffix) {
  Direction d;
  d.conv1d = register_module(
      "conv1d" + suffix,
      torch::nn::Conv1d(torch::nn::Conv1dOptions(d_inner_, d_inner_, options_.d_conv).groups(d_inner_)));
  d.x_proj = register_module("x_proj" + suffix, LoraLinear(d_inner_, dt_rank_ + 2 * options_.d_state,
                                                           /*with_bias=*/false, options_.lora));
  d.dt_proj =
      register_module("dt_proj" + suffix, LoraLinear(dt_rank_, d_inner_, /*with_bias=*/true, options_.lora));
  // Initialization of the paper (section 3.6): A = -1..-N, and steps log-uniform in [0.001, 0.1] through the
  // inverse of softplus. A tied A is uniform in [-16, -1], as in Mamba-2.
  d.A_log = register_parameter(
      "A" + suffix + "_log",
      options_.tied_A
          ? torch::log(1 + 15 * torch::rand({d_inner_, 1}))
          : torch::log(torch::arange(1, options_.d_state + 1, torch::kFloat)).repeat({d_inner_, 1}));
  d.D = register_parameter("D" + suffix, torch::ones({d_inner_}));
  const torch::NoGradGuard no_grad;
  const double bound = 1.0 / std::sqrt(static_cast<double>(dt_rank_));
  torch::nn::init::uniform_(d.dt_proj->weight, -bound, bound);
  const torch::Tensor step =
      torch::exp(torch::rand({d_inner_}) * (std::log(0.1) - std::log(0.001)) + std::log(0.001))
          .clamp_min(1e-4);
  d.dt_proj->bias.copy_(step + torch::log(-torch::expm1(-step)));
  return d;
}

kernels::SelectiveScanInputs BidirectionalMambaImpl::scan_inputs(const Direction& direction, bool reverse,
                                                                 const torch::Tensor& x,
                                                                 const torch::Tensor& z,
                                                                 const MambaLines& lines) const {
  kernels::DepthwiseConvolutionInputs convolution;
  convolution.x = x;
  convolution.weight = direction.conv1d->weight.squeeze(1);
  convolution.bias = direction.conv1d->bias;
  convolution.lengths = lines.lengths;
  convolution.places = lines.places;
  convolution.window =
      reverse ? kernels::ConvolutionWindow::kAnticausal : kernels::ConvolutionWindow::kCausal;
  const torch::Tensor u = kernels::depthwise_convolution(convolution);

  const auto parts =
      direction.x_proj->forward(u).split_with_sizes({dt_rank_, options_.d_state, options_.d_state}, -1);
  kernels::SelectiveScanInputs scan;
  scan.u = u;
  // The projection's bias is added in float32 by the scan: bfloat16 would lose the small steps.
  scan.delta = direction.dt_proj->product(parts[0]);
  scan.A = -torch::exp(direction.A_log);
  scan.B = parts[1];
  scan.C = parts[2];
  scan.D = direction.D;
  scan.z = z;
  scan.delta_bias = direction.dt_proj->bias;
  scan.lengths = lines.lengths;
  scan.places = lines.places;
  scan.reverse = reverse;
  return scan;
}

torch::Tensor BidirectionalMambaImpl::scan(const torch::Tensor& x, const MambaLines& lines) {
  const auto xz = in_proj_->forward(x).chunk(2, -1);
  return kernels::selective_scan_sum(scan_inputs(forward_, /*reverse=*/false, xz[0], xz[1], lines),
                                     scan_inputs(backward_, /*reverse=*/true, xz[0], xz[1], lines));
}

torch::Tensor BidirectionalMambaImpl::forward(const torch::Tensor& x, const MambaLines& lines) {
  return out_proj_->forward(scan(x, lines));
}

torch::Tensor BidirectionalMambaImpl::add_to(const torch::Tensor& skip, const torch::Tensor& x,
                                             const MambaLines& lines) {
  return out_proj_->add_to(skip, scan(x, lines));
}

void BidirectionalMambaImpl::convert_matrices(torch::ScalarType type) {
  // B, C and the steps come from the others: they are small, and rounding them to bytes costs more than it
  // saves.
  const torch::ScalarType of_small = type == torch::kChar ? torch::kFloat : type;
  for (auto* linear : {&in_proj_, &out_proj_}) (*linear)->merge(type);
  for (auto* linear : {&forward_.x_proj, &backward_.x_proj, &forward_.dt_proj, &backward_.dt_proj})
    (*linear)->merge(of_small);
}

MambaLayerImpl::MambaLayerImpl(const MambaOptions& options, double dropout) {
  norm_ = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({options.d_model})));
  mixer_ = register_module("mixer", BidirectionalMamba(options));
  dropout_ = register_module("dropout", torch::nn::Dropout(dropout));
}

torch::Tensor MambaLayerImpl::forward(const torch::Tensor& x, const MambaLines& lines) {
  if (!is_training()) return mixer_->add_to(x, normalized_rows(norm_, x), lines);
  return x + dropout_->forward(mixer_->forward(norm_->forward(x), lines).to(x.scalar_type()));
}

}  // namespace ocrbatch::recognizer
