// The layers against tests/reference/make_fixtures.py, which computes the same in plain PyTorch: values, and
// the gradients of every input and weight.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "kernels/selective_scan.h"
#include "recognizer/arch/crnn_ctc.h"
#include "recognizer/layers/attention_decoder.h"
#include "recognizer/layers/lora_linear.h"
#include "recognizer/layers/mamba.h"
#include "recognizer/layers/resnet34.h"
#include "recognizer/model_folder.h"
#include "recognizer/safetensors.h"
#include "tests/kernels/tolerances.h"

namespace ocrbatch::recognizer {
namespace {

constexpr LoraOptions kLora{.rank = 2, .alpha = 6};

class Fixture {
 public:
  explicit Fixture(const std::string& name)
      : tensors_(read_safetensors(std::string(OCRBATCH_SOURCE_DIR) + "/tests/reference/fixtures/" + name +
                                  ".safetensors")
                     .tensors) {
    for (auto& [key, tensor] : tensors_) {
      if (tensors_.contains("gradient." + key)) tensor.requires_grad_();
    }
  }

  torch::Tensor input(const std::string& name) const { return tensors_.at("input." + name); }

  // Gives the module the fixture's weights and statistics, all of them.
  void load_into(torch::nn::Module& module) const {
    std::map<std::string, torch::Tensor> state;
    for (const auto& [key, tensor] : tensors_) {
      for (const std::string prefix : {"weight.", "input.statistics."}) {
        if (key.starts_with(prefix)) state[key.substr(prefix.size())] = tensor.detach();
      }
    }
    load_state(module, state, "the fixture");
  }

  void expect(const torch::Tensor& y, const torch::nn::Module* module = nullptr) const {
    expect_close("output.y", y, kernels::kFloat32Values);
    (y * input("cotangent")).sum().backward();
    std::map<std::string, torch::Tensor> weights;
    if (module != nullptr) {
      for (const auto& item : module->named_parameters()) weights["weight." + item.key()] = item.value();
    }
    int compared = 0;
    for (const auto& [key, expected] : tensors_) {
      constexpr std::string_view kPrefix = "gradient.";
      if (!key.starts_with(kPrefix)) continue;
      const std::string name = key.substr(kPrefix.size());
      const torch::Tensor leaf = name.starts_with("weight.") ? weights.at(name) : tensors_.at(name);
      ASSERT_TRUE(leaf.grad().defined()) << name;
      expect_close(key, leaf.grad(), kernels::kFloat32Gradients);
      ++compared;
    }
    EXPECT_GT(compared, 0);
    for (const auto& [name, tensor] : weights) EXPECT_TRUE(tensors_.contains("gradient." + name)) << name;
  }

 private:
  void expect_close(const std::string& key, const torch::Tensor& actual,
                    const kernels::Tolerance& tolerance) const {
    const torch::Tensor& expected = tensors_.at(key);
    ASSERT_EQ(actual.sizes(), expected.sizes()) << key;
    // A gradient's rounding error follows the size of its terms, not of their sum.
    const double scale = std::max(1.0, expected.detach().abs().max().item<double>());
    EXPECT_TRUE(torch::allclose(actual, expected, tolerance.relative, tolerance.absolute * scale))
        << key << " differs by " << (actual - expected).abs().max().item<double>() << " at most";
  }

  std::map<std::string, torch::Tensor> tensors_;
};

TEST(Reference, SelectiveScan) {
  for (const bool reverse : {false, true}) {
    const Fixture f(reverse ? "selective_scan_reverse" : "selective_scan");
    kernels::SelectiveScanInputs in;
    in.u = f.input("u");
    in.delta = f.input("delta");
    in.A = f.input("A");
    in.B = f.input("B");
    in.C = f.input("C");
    in.D = f.input("D");
    in.z = f.input("z");
    in.delta_bias = f.input("delta_bias");
    in.lengths = f.input("lengths");
    in.reverse = reverse;
    f.expect(kernels::selective_scan(in));
  }
}

TEST(Reference, MambaLayer) {
  for (const bool lora : {false, true}) {
    const Fixture f(lora ? "mamba_layer_lora" : "mamba_layer");
    const MambaOptions options{
        .d_model = 6, .d_state = 3, .expand = 2, .d_conv = 4, .lora = lora ? kLora : LoraOptions{}};
    MambaLayer layer(options, /*dropout=*/0.0);
    f.load_into(*layer);
    const torch::Tensor lengths = f.input("lengths");
    const torch::Tensor y = layer->forward(f.input("x"), MambaLines(f.input("x"), lengths));
    const torch::Tensor own = torch::arange(y.size(1)).unsqueeze(0).lt(lengths.unsqueeze(1)).unsqueeze(2);
    f.expect(y * own, layer.get());
  }
}

TEST(Reference, LoraLinear) {
  const Fixture f("lora_linear");
  LoraLinear layer(5, 7, /*with_bias=*/true, kLora);
  f.load_into(*layer);
  f.expect(layer->forward(f.input("x")), layer.get());
}

TEST(Reference, BasicBlockWithAdapter) {
  const Fixture f("basic_block");
  BasicBlock block(4, 6, /*vertical_stride=*/2, /*adapter_bottleneck=*/2);
  f.load_into(*block);
  block->eval();
  f.expect(block->forward(f.input("x"), torch::full({2}, 9, torch::kInt)), block.get());
}

TEST(Reference, AttentionStep) {
  const Fixture f("attention_step");
  AttentionDecoderOptions options{.features = 6, .hidden_size = 6, .attention_size = 5, .embedding_size = 4};
  options.location_filters = 8;
  options.location_window = 15;
  options.classes = 7;
  AttentionDecoder decoder(options);
  f.load_into(*decoder);
  const AttentionMemory memory = decoder->remember(f.input("frames"), f.input("counts"));
  AttentionStep step;
  AttentionState state = decoder->start(memory);
  for (int64_t i = 0; i < 2; ++i) {
    step = decoder->step(memory, state, f.input("previous").select(1, i));
    state = step.state;
  }
  f.expect(decoder->logits(step.output), decoder.get());
}

TEST(Reference, CtcLoss) {
  const Fixture f("ctc_loss");
  // A network whose frames are its columns' quarters, so that widths say how many frames there are.
  ModelConfig config;
  config.img_height = 32;
  config.alphabet = Alphabet({"a", "b", "c", "d"});
  CrnnCtc network(config, CrnnCtcParameters{{{4, 4, 4, 4, 4, 4, 4}, 4, 1}});
  Targets targets;
  const torch::Tensor labels = f.input("labels"), counts = f.input("label_counts");
  for (int64_t line = 0, at = 0; line < counts.size(0); ++line) {
    auto& target = targets.emplace_back();
    for (int64_t i = 0; i < counts[line].item<int64_t>(); ++i) target.push_back(labels[at++].item<int>());
  }
  const torch::Tensor widths = (f.input("frames") * 4).to(torch::kInt);
  f.expect(network.loss(f.input("logits"), widths, targets).unsqueeze(0));
}

}  // namespace
}  // namespace ocrbatch::recognizer
