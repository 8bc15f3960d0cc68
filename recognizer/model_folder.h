// A model on disk: a folder with model.json (what the network is, how lines are prepared, where it comes
// from), weights.safetensors and, where model.json names one, a language model.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "recognizer/confidence.h"
#include "recognizer/language/language_model_config.h"
#include "recognizer/network.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {

struct LoadedModel {
  ModelInfo info;
  ModelConfig config;
  std::shared_ptr<LineNetwork> network;               // null: only described
  std::optional<LanguageModelConfig> language_model;  // its file is not opened
  ConfidenceCalibrations confidence;
};

// Throws ModelError naming the file, and for weights that do not fit, the tensor with both shapes.
LoadedModel load_model(const std::filesystem::path& folder);

// All of it but the network and the number of its parameters; the weights are hashed, not loaded. Throws
// ModelError.
LoadedModel describe_model(const std::filesystem::path& folder);

// Parameters and buffers by name, as they go into the file and come out of it.
std::map<std::string, torch::Tensor> named_state(const torch::nn::Module& network);
void load_state(torch::nn::Module& network, const std::map<std::string, torch::Tensor>& tensors,
                const std::string& where);

// As the file stores it: matrices as float16, half the download at no cost in accuracy (readers compute them
// in bfloat16, which is coarser still), unless a number is too large for that; vectors as they are.
torch::Tensor stored_form(const torch::Tensor& tensor);

// Every tensor goes into the file in its stored_form(). `training` and `measured` go into model.json as they
// are: provenance (recipe, lines seen, seed) and figures (CER). A language model that the folder has stays; a
// calibration of confidences goes, as it is of other weights.
void save_model(const std::filesystem::path& folder, const ModelConfig& config,
                const std::map<std::string, torch::Tensor>& state, const boost::json::object& training,
                const boost::json::object& measured);

// Gives a model that was made from another one that one's language model, if it has none yet and their
// alphabets are the same. Throws ModelError, or std::filesystem::filesystem_error when it cannot be copied.
void carry_language_model(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace ocrbatch::recognizer
