// What adapters, LoRA and frozen parameters promise.
#include <gmock/gmock.h>
#include <torch/torch.h>

#include <fstream>

#include "recognizer/confidence_calibration.h"
#include "recognizer/layers/lora_linear.h"
#include "recognizer/layers/mamba.h"
#include "recognizer/layers/resnet34.h"
#include "recognizer/model_average.h"
#include "recognizer/model_delta.h"
#include "recognizer/model_folder.h"
#include "recognizer/safetensors.h"
#include "recognizer/strict_json.h"
#include "recognizer/train/trainable.h"
#include "recognizer/train/trainer.h"
#include "tests/recognizer/small_model.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

using ocrbatch::testing::BarLines;
using ocrbatch::testing::small_model_config;
using ocrbatch::testing::TemporaryFolder;

// The freeze strategy that ships with the architecture.
TrainConfig shipped_recipe() {
  const boost::json::value config =
      parse_json_file(std::string(OCRBATCH_SOURCE_DIR) + "/configs/resnet34_mamba_lora.json");
  TrainConfig train = read_train_config(config.at("train"));
  train.batch_size = 4;
  train.max_steps = 10;
  train.amp = "off";
  train.validate_every_steps = 100;
  train.checkpoint_every_steps = 100;
  train.threads = train.workers = 1;
  return train;
}

std::map<std::string, torch::Tensor> copied_state(const torch::nn::Module& network) {
  std::map<std::string, torch::Tensor> copy;
  for (const auto& [name, tensor] : named_state(network)) copy[name] = tensor.detach().clone();
  return copy;
}

TEST(FreezeStrategy, TenStepsMoveEveryKindOfTrainableTensorAndNoBitOfTheFrozenOnes) {
  const TemporaryFolder folder;
  Trainer trainer(small_model_config("resnet34_mamba_lora"), shipped_recipe(), {}, folder.path());
  const auto before = copied_state(trainer.network());
  const BarLines lines(16, 32, 2);
  trainer.run(lines, lines, {});
  const auto after = named_state(trainer.network());

  const auto kind_of = [](const std::string& name) -> std::string {
    if (name.find(".adapter.") != std::string::npos) return "adapter";
    if (name.find(".lora_") != std::string::npos) return "LoRA";
    for (const char* kind : {"backbone.layer4.", "projection.", "head."}) {
      if (name.starts_with(kind)) return kind;
    }
    return "frozen";
  };
  std::map<std::string, int> moved, still;
  for (const auto& [name, tensor] : after) {
    const std::string kind = kind_of(name);
    const bool same = torch::equal(tensor, before.at(name));
    if (kind == "frozen") {
      EXPECT_TRUE(same) << name;
    }
    ++(same ? still : moved)[kind];
  }
  EXPECT_GT(still["frozen"], 100);
  for (const char* kind : {"adapter", "LoRA", "backbone.layer4.", "projection.", "head."}) {
    EXPECT_GT(moved[kind], 0) << kind;
    EXPECT_EQ(still[kind], 0) << kind;
  }
}

TEST(FreezeStrategy, TheGroupsAddUpToTheNetwork) {
  const auto network = build_network(small_model_config("resnet34_mamba_lora"));
  choose_trainable(*network, shipped_recipe());
  std::map<std::string, ParameterGroup> groups;
  std::int64_t sum = 0, all = 0;
  for (const ParameterGroup& group : parameter_groups(*network)) {
    groups[group.name] = group;
    sum += group.trainable + group.frozen;
  }
  for (const auto& parameter : network->parameters()) all += parameter.numel();
  EXPECT_EQ(sum, all);
  EXPECT_EQ(groups.at("adapters").frozen, 0);
  EXPECT_EQ(groups.at("LoRA").frozen, 0);
  EXPECT_GT(groups.at("LoRA").trainable, 0);
  EXPECT_EQ(groups.at("backbone.layer3").trainable, 0);
  EXPECT_EQ(groups.at("backbone.layer4").frozen, 0);
  EXPECT_EQ(groups.at("layer0").trainable, 0);
}

TEST(FreezeStrategy, APatternThatMatchesNothingIsRefused) {
  const auto network = build_network(small_model_config("mamba_ctc"));
  TrainConfig config;
  config.frozen = {"backbone.*"};
  EXPECT_THAT([&] { choose_trainable(*network, config); },
              ::testing::ThrowsMessage<ConfigError>(::testing::HasSubstr("backbone.*")));
}

TEST(Adapters, DoNothingUntilTheyAreTrained) {
  torch::manual_seed(2);
  ModelConfig with = small_model_config("resnet34_mamba_lora"), without = with;
  without.parameters.as_object()["adapter_bottleneck"] = 0;
  without.parameters.as_object()["lora_rank"] = 0;
  const auto a = build_network(with), b = build_network(without);
  std::map<std::string, torch::Tensor> base;
  const auto state = named_state(*a);
  for (const auto& item : named_state(*b)) base[item.first] = state.at(item.first);
  load_state(*b, base, "the base");
  a->eval();
  b->eval();
  const torch::Tensor images = torch::rand({2, 1, 32, 80}), widths = torch::tensor({80, 45}, torch::kInt);
  EXPECT_TRUE(torch::equal(a->forward(images, widths), b->forward(images, widths)));
}

TEST(LoraLinear, MergedItComputesWhatItDidBefore) {
  torch::manual_seed(2);
  LoraLinear layer(24, 40, /*with_bias=*/true, LoraOptions{.rank = 3, .alpha = 6});
  const torch::NoGradGuard no_grad;
  layer->lora_B.normal_();
  const torch::Tensor x = torch::randn({5, 7, 24});
  const torch::Tensor before = layer->forward(x);
  const torch::Tensor expected =
      torch::linear(x, layer->weight + 2.0 * torch::matmul(layer->lora_B, layer->lora_A), layer->bias);
  EXPECT_TRUE(torch::allclose(before, expected, 1e-5, 1e-5));
  layer->merge(torch::kFloat);
  EXPECT_TRUE(torch::allclose(layer->forward(x), before, 1e-5, 1e-5));
}

TEST(ResNet34, LoadsAFileInTorchvisionsNames) {
  const TemporaryFolder folder;
  torch::manual_seed(8);
  // What a file of torchvision's weights holds: no prefix, a classifier, and counters of batches.
  ResNet34 source(ResNet34Options{.base_channels = 8, .adapter_bottleneck = 0});
  TensorFile file;
  for (const auto& [name, tensor] : named_state(*source)) file.tensors[name] = tensor;
  for (const char* name :
       {"conv1.weight", "bn1.running_var", "layer1.2.conv2.weight", "layer2.0.downsample.0.weight",
        "layer2.0.downsample.1.running_mean", "layer3.5.bn1.bias", "layer4.2.bn2.weight"}) {
    EXPECT_TRUE(file.tensors.contains(name)) << name;
  }
  file.tensors["fc.weight"] = torch::rand({10, 64});
  file.tensors["bn1.num_batches_tracked"] = torch::tensor({7}, torch::kLong);
  write_safetensors(folder.path() / "resnet34.safetensors", file);

  Trainer trainer(small_model_config("resnet34_mamba_lora"), shipped_recipe(), {}, folder.path());
  trainer.initialize_backbone(folder.path() / "resnet34.safetensors");
  const auto state = named_state(trainer.network());
  for (const auto& [name, tensor] : named_state(*source))
    EXPECT_TRUE(torch::equal(state.at("backbone." + name), tensor)) << name;

  file.tensors.erase("layer3.0.conv1.weight");
  write_safetensors(folder.path() / "torn.safetensors", file);
  EXPECT_THAT([&] { trainer.initialize_backbone(folder.path() / "torn.safetensors"); },
              ::testing::ThrowsMessage<ModelError>(::testing::HasSubstr("layer3.0.conv1.weight")));
}

TEST(ResNet34, HasTorchvisionsNumberOfParameters) {
  const ResNet34 plain(ResNet34Options{.adapter_bottleneck = 0});
  std::int64_t parameters = 0;
  for (const auto& parameter : plain->parameters()) parameters += parameter.numel();
  EXPECT_EQ(parameters, 21'797'672 - (512 * 1000 + 1000));  // torchvision's resnet34 without its classifier
}

TEST(ResNet34, HalvesTheHeightToOneRowAndKeepsAQuarterOfTheWidth) {
  const ResNet34 plain(ResNet34Options{.base_channels = 8});
  plain.ptr()->eval();
  const torch::NoGradGuard no_grad;
  for (const int width : {1, 2, 5, 63, 64, 161}) {
    const auto maps =
        plain.ptr()->forward(torch::rand({1, 1, 32, width}), torch::tensor({width}, torch::kInt));
    EXPECT_EQ(maps.sizes().vec(), (std::vector<int64_t>{1, 64, 1, ResNet34Impl::frames(width)})) << width;
  }
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(ModelDelta, TheBaseAndTheDeltaGiveTheModelBitByBit) {
  const TemporaryFolder folder;
  torch::manual_seed(5);
  const ModelConfig plain = small_model_config("mamba_ctc");
  const auto base = build_network(plain);
  save_model(folder.path() / "base", plain, named_state(*base), {}, {});
  ModelConfig adapted = plain;
  adapted.parameters.as_object()["lora_rank"] = 2;
  adapted.parameters.as_object()["lora_alpha"] = 4.0;
  const BarLines lines(16);
  TrainConfig train = shipped_recipe();
  train.trainable = {"*.lora_*", "head.*"};
  Trainer tuned(adapted, train, {{"data", "bars"}}, folder.path() / "run");
  tuned.initialize_from(folder.path() / "base");
  tuned.run(lines, lines, {});

  const auto model = folder.path() / "run/model";
  set_confidence_calibrations(model, {{1.5, -0.25}, {0.75, 0.5}});
  const DeltaSize size = save_model_delta(model, folder.path() / "base", folder.path() / "delta.safetensors");
  EXPECT_EQ(size.tensors, 12 + 2);  // LoRA and the head: nothing else moved
  apply_model_delta(folder.path() / "delta.safetensors", folder.path() / "base", folder.path() / "again");
  for (const char* file : {"weights.safetensors", "model.json"})
    EXPECT_EQ(bytes_of(folder.path() / "again" / file), bytes_of(model / file)) << file;
  EXPECT_LT(std::filesystem::file_size(folder.path() / "delta.safetensors"),
            std::filesystem::file_size(model / "weights.safetensors"));

  EXPECT_THAT([&] { apply_model_delta(folder.path() / "delta.safetensors", model, folder.path() / "wrong"); },
              ::testing::ThrowsMessage<ModelError>(::testing::HasSubstr("was made from base")));
  EXPECT_THAT(
      [&] { apply_model_delta(model / "weights.safetensors", folder.path() / "base", folder.path() / "x"); },
      ::testing::ThrowsMessage<ModelError>(::testing::HasSubstr("not a model's delta")));
}

TEST(AverageModels, EveryTensorIsTheMean) {
  const TemporaryFolder folder;
  const ModelConfig config = small_model_config("mamba_ctc");
  std::vector<std::filesystem::path> models;
  for (const char* name : {"a", "b", "c"}) {
    torch::manual_seed(name[0]);
    models.push_back(folder.path() / name);
    save_model(models.back(), config, named_state(*build_network(config)), {}, {});
  }
  average_models(models, folder.path() / "mean");
  const LoadedModel mean = load_model(folder.path() / "mean");
  std::map<std::string, torch::Tensor> sums;
  for (const auto& model : models)
    for (const auto& [name, tensor] : named_state(*load_model(model).network))
      sums[name] = sums[name].defined() ? sums[name] + tensor : tensor;
  for (const auto& [name, tensor] : named_state(*mean.network)) {
    if (!tensor.is_floating_point()) continue;
    // Matrices are stored as float16.
    EXPECT_TRUE(torch::allclose(tensor, sums.at(name) / 3, 1e-3, 1e-3)) << name;
  }
  EXPECT_THAT([&] { average_models({models[0]}, folder.path() / "x"); },
              ::testing::ThrowsMessage<ModelError>(::testing::HasSubstr("two models")));
  // One network, however its numbers are written.
  boost::json::value description = parse_json_file(models[1] / "model.json");
  boost::json::object& numbers = description.at("model").as_object();
  ASSERT_TRUE(numbers.at("dropout").is_double());
  numbers["dropout"] = 0;
  std::ofstream(models[1] / "model.json") << description;
  EXPECT_NO_THROW(average_models(models, folder.path() / "mean"));
  ModelConfig other = config;
  other.parameters.as_object()["d_state"] = 8;
  save_model(folder.path() / "other", other, named_state(*build_network(other)), {}, {});
  EXPECT_THAT(
      [&] {
        average_models({models[0], folder.path() / "other"}, folder.path() / "x");
      },
      ::testing::ThrowsMessage<ModelError>(::testing::HasSubstr("another network")));
}

TEST(MergeModel, TheMergedModelComputesTheSameWithoutLora) {
  const TemporaryFolder folder;
  torch::manual_seed(6);
  ModelConfig config = small_model_config("mamba_ctc");
  config.parameters.as_object()["lora_rank"] = 2;
  const auto network = build_network(config);
  {
    const torch::NoGradGuard no_grad;
    for (auto& item : network->named_parameters()) {
      if (item.key().ends_with("lora_B")) item.value().normal_(0.0, 0.02);
    }
  }
  save_model(folder.path() / "lora", config, named_state(*network), {}, {{"validation_cer", 0.5}});
  set_confidence_calibrations(folder.path() / "lora", {{1.5, -0.25}, {}});
  merge_model(folder.path() / "lora", folder.path() / "merged");
  const LoadedModel lora = load_model(folder.path() / "lora"), merged = load_model(folder.path() / "merged");
  EXPECT_EQ(merged.confidence.greedy.temperature, 1.5) << "it computes the same";
  for (const auto& [name, tensor] : named_state(*merged.network))
    EXPECT_EQ(name.find("lora_"), std::string::npos) << name;
  const torch::Tensor image = torch::rand({1, 1, 16, 90}), width = torch::tensor({90}, torch::kInt);
  // Merged matrices are stored as float16.
  EXPECT_TRUE(torch::allclose(lora.network->forward(image, width), merged.network->forward(image, width),
                              2e-2, 2e-2));
  EXPECT_THAT([&] { merge_model(folder.path() / "merged", folder.path() / "twice"); },
              ::testing::ThrowsMessage<ModelError>(::testing::HasSubstr("no LoRA")));
}

TEST(Lora, OnAnyMambaCtcStartsFromAModelWithoutItAndLeavesTheRestAlone) {
  const TemporaryFolder folder;
  torch::manual_seed(5);
  const ModelConfig plain = small_model_config("mamba_ctc");
  const auto base = build_network(plain);
  save_model(folder.path() / "base", plain, named_state(*base), {}, {});
  const auto base_state = named_state(*load_model(folder.path() / "base").network);

  ModelConfig adapted = plain;
  adapted.parameters.as_object()["lora_rank"] = 2;
  adapted.parameters.as_object()["lora_alpha"] = 4;
  TrainConfig train = shipped_recipe();
  train.trainable = {"*.lora_*"};
  Trainer trainer(adapted, train, {}, folder.path() / "run");
  trainer.initialize_from(folder.path() / "base");
  const BarLines lines(16);
  trainer.run(lines, lines, {});
  int lora = 0;
  for (const auto& [name, tensor] : named_state(trainer.network())) {
    if (name.find("lora_") != std::string::npos) {
      ++lora;
    } else if (name.find("running_") == std::string::npos) {
      EXPECT_TRUE(torch::equal(tensor, base_state.at(name))) << name;
    }
  }
  EXPECT_EQ(lora, 12);  // two matrices in each of six projections
}

}  // namespace
}  // namespace ocrbatch::recognizer
