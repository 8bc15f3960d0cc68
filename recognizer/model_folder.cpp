#include "recognizer/model_folder.h"

#include <new>
#include <sstream>

#include "recognizer/confidence_calibration.h"
#include "recognizer/safetensors.h"
#include "recognizer/sha256.h"
#include "recognizer/strict_json.h"
#include "recognizer/whole_file.h"

namespace ocrbatch::recognizer {
namespace {

constexpr const char* kDescription = "model.json";
constexpr const char* kWeights = "weights.safetensors";
constexpr int kSchema = 1;

struct Description {
  ModelConfig model;
  std::optional<LanguageModelConfig> language_model;
  ConfidenceCalibrations confidence;
};

// model.json without its weights. `measured` and `training` are free-form and not read back.
Description read_description(const std::filesystem::path& folder) {
  const boost::json::value json = parse_json_file(folder / kDescription);
  StrictObject object(json, "");
  int schema = 0;
  object.read("schema", schema);
  if (schema != kSchema) {
    throw ConfigError("schema is " + std::to_string(schema) + ", this program reads " +
                      std::to_string(kSchema));
  }
  object.find("training");
  object.find("measured");
  const boost::json::value* model = object.find("model");
  if (model == nullptr) throw ConfigError("the key model is missing");
  const boost::json::value* language_model = object.find("language_model");
  const boost::json::value* confidence = object.find("confidence");
  object.finish();
  Description description{read_model_config(*model, folder), std::nullopt, {}};
  if (language_model != nullptr) description.language_model = read_language_model_config(*language_model);
  if (confidence != nullptr) description.confidence = read_confidence_calibrations(*confidence);
  return description;
}

ModelInfo describe(const std::filesystem::path& folder, const ModelConfig& config) {
  ModelInfo info;
  const std::filesystem::path plain = folder.lexically_normal();
  info.name = plain.has_filename() ? plain.filename().string() : plain.parent_path().filename().string();
  info.architecture = config.architecture;
  info.folder = folder;
  info.line_preparation = line_preparation_of(config);
  info.alphabet = config.alphabet.labels();
  info.alphabet_size = info.alphabet.size();
  info.sha256 = sha256_of_file(folder / kWeights);
  return info;
}

template <class F>
auto with_model_errors(const std::filesystem::path& folder, F body) {
  if (!std::filesystem::is_directory(folder)) throw ModelError(folder.string() + ": no such model folder");
  for (const char* name : {kDescription, kWeights}) {
    if (!std::filesystem::is_regular_file(folder / name)) {
      throw ModelError(folder.string() + ": not a model folder, it has no " + name);
    }
  }
  try {
    return body();
  } catch (const ModelError&) {
    throw;
  } catch (const std::bad_alloc&) {  // says nothing of the model
    throw;
  } catch (const ConfigError& error) {
    const std::string what = error.what();
    const std::string file = (folder / kDescription).string();
    throw ModelError(what.starts_with(file) ? what : file + ": " + what);
  } catch (const std::exception& error) {
    throw ModelError(error.what());
  }
}

// Of a model.json that is about to be replaced; n-grams are of one alphabet.
std::optional<LanguageModelConfig> language_model_of(const std::filesystem::path& folder,
                                                     const Alphabet& alphabet) {
  if (!std::filesystem::is_regular_file(folder / kDescription)) return std::nullopt;
  try {
    const Description old = read_description(folder);
    return old.model.alphabet.labels() == alphabet.labels() ? old.language_model : std::nullopt;
  } catch (const std::exception&) {  // what cannot be read has nothing to keep
    return std::nullopt;
  }
}

}  // namespace

std::map<std::string, torch::Tensor> named_state(const torch::nn::Module& network) {
  std::map<std::string, torch::Tensor> state;
  for (const auto& item : network.named_parameters()) state[item.key()] = item.value();
  for (const auto& item : network.named_buffers()) {
    // The count of batches seen is of no use to a reader and is an integer among floats.
    if (!item.key().ends_with("num_batches_tracked")) state[item.key()] = item.value();
  }
  return state;
}

void load_state(torch::nn::Module& network, const std::map<std::string, torch::Tensor>& tensors,
                const std::string& where) {
  const torch::NoGradGuard no_grad;
  auto state = named_state(network);
  for (auto& [name, target] : state) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) throw ModelError(where + ": the tensor " + name + " is missing");
    if (found->second.sizes() != target.sizes()) {
      std::stringstream message;
      message << where << ": the tensor " << name << " is " << found->second.sizes() << ", the model needs "
              << target.sizes();
      throw ModelError(message.str());
    }
    target.copy_(found->second);
  }
  for (const auto& [name, tensor] : tensors) {
    if (!state.contains(name)) throw ModelError(where + ": the model has no tensor " + name);
  }
}

ModelInfo read_model_info(const std::filesystem::path& folder) {
  return with_model_errors(folder, [&] {
    ModelInfo info = describe(folder, read_description(folder).model);
    for (const auto& [name, tensor] : read_safetensors(folder / kWeights).tensors)
      info.parameters += tensor.numel();
    return info;
  });
}

LoadedModel describe_model(const std::filesystem::path& folder) {
  return with_model_errors(folder, [&] {
    LoadedModel model;
    Description description = read_description(folder);
    model.config = std::move(description.model);
    model.language_model = std::move(description.language_model);
    model.confidence = description.confidence;
    model.info = describe(folder, model.config);
    return model;
  });
}

LoadedModel load_model(const std::filesystem::path& folder) {
  LoadedModel model = describe_model(folder);
  return with_model_errors(folder, [&] {
    model.network = build_network(model.config);
    load_state(*model.network, read_safetensors(folder / kWeights).tensors, (folder / kWeights).string());
    model.network->eval();
    for (const auto& parameter : model.network->parameters()) model.info.parameters += parameter.numel();
    return model;
  });
}

torch::Tensor stored_form(const torch::Tensor& tensor) {
  const bool fits = tensor.dim() >= 2 && tensor.abs().max().item<float>() < 60000.0F;
  return fits ? tensor.to(torch::kHalf) : tensor;
}

void save_model(const std::filesystem::path& folder, const ModelConfig& config,
                const std::map<std::string, torch::Tensor>& state, const boost::json::object& training,
                const boost::json::object& measured) {
  std::filesystem::create_directories(folder);
  TensorFile weights;
  for (const auto& [name, tensor] : state) {
    weights.tensors[name] = stored_form(tensor);
  }
  write_safetensors(folder / kWeights, weights);
  const std::optional<LanguageModelConfig> language_model = language_model_of(folder, config.alphabet);
  boost::json::object description{
      {"schema", kSchema}, {"model", to_json(config)}, {"training", training}, {"measured", measured}};
  if (language_model) description["language_model"] = to_json(*language_model);
  write_whole_file(folder / kDescription,
                   [&](std::ostream& stream) { stream << boost::json::serialize(description) << "\n"; });
}

void carry_language_model(const std::filesystem::path& from, const std::filesystem::path& to) {
  const LoadedModel giver = describe_model(from), taker = describe_model(to);
  if (!giver.language_model || taker.language_model) return;
  if (giver.config.alphabet.labels() != taker.config.alphabet.labels()) return;
  const std::string& file = giver.language_model->file;
  std::filesystem::copy_file(from / file, to / file, std::filesystem::copy_options::overwrite_existing);
  set_language_model(to, *giver.language_model);
}

}  // namespace ocrbatch::recognizer
