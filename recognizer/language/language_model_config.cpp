#include "recognizer/language/language_model_config.h"

#include "recognizer/model_description.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
namespace {

constexpr const char* kKey = "language_model";

}  // namespace

LanguageModelConfig read_language_model_config(const boost::json::value& value) {
  LanguageModelConfig config;
  StrictObject object(value, kKey);
  object.read("file", config.file);
  object.read("weight", config.weight);
  object.read("length_bonus", config.length_bonus);
  object.finish();
  object.require(std::filesystem::path(config.file).filename() == config.file && !config.file.empty(), "file",
                 "the name of a file in the model's folder");
  object.require(config.weight >= 0, "weight", "0 or more");
  return config;
}

boost::json::object to_json(const LanguageModelConfig& config) {
  return {{"file", config.file}, {"weight", config.weight}, {"length_bonus", config.length_bonus}};
}

void set_language_model(const std::filesystem::path& model_folder, const LanguageModelConfig& config) {
  set_model_key(model_folder, kKey, to_json(config));
}

}  // namespace ocrbatch::recognizer
