#include "recognizer/model_delta.h"

#include <torch/torch.h>

#include "recognizer/confidence_calibration.h"
#include "recognizer/layers/lora_linear.h"
#include "recognizer/model_folder.h"
#include "recognizer/safetensors.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
namespace {

namespace json = boost::json;

constexpr const char* kFormat = "ocrbatch model delta 1";

json::object section(const json::object& description, const char* key) {
  const json::value* found = description.if_contains(key);
  return found != nullptr && found->is_object() ? found->as_object() : json::object();
}

void write_model(const std::filesystem::path& out, const ModelConfig& config, const LineNetwork& network,
                 const json::object& description) {
  save_model(out, config, named_state(network), section(description, "training"),
             section(description, "measured"));
}

// The language model is the base's, while the calibration belongs to what the network computes.
void complete_model(const std::filesystem::path& out, const std::filesystem::path& base,
                    const json::object& description) {
  carry_language_model(base, out);
  if (const json::value* confidence = description.if_contains("confidence"))
    set_confidence_calibrations(out, read_confidence_calibrations(*confidence));
}

}  // namespace

DeltaSize save_model_delta(const std::filesystem::path& model, const std::filesystem::path& base,
                           const std::filesystem::path& file) {
  const LoadedModel changed = load_model(model), from = load_model(base);
  const auto old = named_state(*from.network);
  TensorFile delta;
  DeltaSize size;
  for (const auto& [name, tensor] : named_state(*changed.network)) {
    const auto found = old.find(name);
    if (found != old.end() && found->second.sizes() == tensor.sizes() && torch::equal(found->second, tensor))
      continue;
    // As a model's own file has it, so that the model comes back bit by bit.
    delta.tensors[name] = stored_form(tensor);
    ++size.tensors;
    size.parameters += tensor.numel();
  }
  delta.metadata["format"] = kFormat;
  delta.metadata["base"] = from.info.name;
  delta.metadata["base_sha256"] = from.info.sha256;
  delta.metadata["description"] = json::serialize(parse_json_file(model / "model.json"));
  write_safetensors(file, delta);
  return size;
}

void apply_model_delta(const std::filesystem::path& file, const std::filesystem::path& base,
                       const std::filesystem::path& out) {
  const LoadedModel from = load_model(base);
  TensorFile delta;
  try {
    delta = read_safetensors(file);
  } catch (const std::runtime_error& error) {
    throw ModelError(error.what());
  }
  const auto format = delta.metadata.find("format");
  if (format == delta.metadata.end() || format->second != kFormat)
    throw ModelError(file.string() + ": not a model's delta; `ocrbatch models delta` writes one");
  if (delta.metadata.at("base_sha256") != from.info.sha256) {
    throw ModelError(file.string() + ": was made from " + delta.metadata.at("base") + " with weights " +
                     delta.metadata.at("base_sha256") + ", those of " + base.string() + " are " +
                     from.info.sha256);
  }
  const json::object description = json::parse(delta.metadata.at("description")).as_object();
  const ModelConfig config = read_model_config(description.at("model"), base);
  const auto network = build_network(config);
  std::map<std::string, torch::Tensor> state;
  const auto old = named_state(*from.network);
  for (const auto& [name, tensor] : named_state(*network)) {
    const auto changed = delta.tensors.find(name);
    const auto kept = old.find(name);
    if (changed != delta.tensors.end()) {
      state[name] = changed->second;
    } else if (kept != old.end()) {
      state[name] = kept->second;
    }
  }
  load_state(*network, state, file.string());
  write_model(out, config, *network, description);
  complete_model(out, base, description);
}

void merge_model(const std::filesystem::path& model, const std::filesystem::path& out) {
  LoadedModel loaded = load_model(model);
  json::object& parameters = loaded.config.parameters.as_object();
  const json::value* rank = parameters.if_contains("lora_rank");
  if (rank == nullptr || rank->to_number<int>() == 0)
    throw ModelError(model.string() + ": has no LoRA to merge");
  parameters["lora_rank"] = 0;
  for (const auto& module : loaded.network->modules()) {
    if (auto* const linear = module->as<LoraLinear>()) linear->merge(torch::kFloat);
  }
  const auto merged = named_state(*loaded.network);
  const auto plain = build_network(loaded.config);
  std::map<std::string, torch::Tensor> state;
  for (const auto& [name, tensor] : named_state(*plain)) state[name] = merged.at(name);
  load_state(*plain, state, model.string());
  const json::object description = parse_json_file(model / "model.json").as_object();
  write_model(out, loaded.config, *plain, description);
  complete_model(out, model, description);
}

}  // namespace ocrbatch::recognizer
