// The key "language_model" of model.json: that a model has one, and how much it is to be heard.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>

namespace ocrbatch::recognizer {

struct LanguageModelConfig {
  std::string file = "ngram.bin";  // in the model's folder
  // See Decoding. Found on validation lines; they belong to the recognizer as much as to the n-grams.
  double weight = 0.45, length_bonus = 1.8;
};

// Throws ConfigError.
LanguageModelConfig read_language_model_config(const boost::json::value& value);

boost::json::object to_json(const LanguageModelConfig& config);

// Writes the key into model.json and leaves the rest as it is. Throws ModelError when that file is not there
// or is no description, WriteError when it cannot be written.
void set_language_model(const std::filesystem::path& model_folder, const LanguageModelConfig& config);

}  // namespace ocrbatch::recognizer
