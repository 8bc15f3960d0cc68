#include "recognizer/model_config.h"

#include "recognizer/architectures.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
ModelConfig read_model_config(const boost::json::value& model, const std::filesystem::path& folder) {
  ModelConfig config;
  StrictObject object(model, "model");
  object.read("architecture", config.architecture);
  object.read("img_height", config.img_height);
  object.read("img_width", config.img_width);
  object.read("vocab", config.vocab);
  std::vector<std::string> labels;
  object.read("alphabet", labels);
  config.parameters = read_parameters(config.architecture, object);
  object.finish();

  object.require(config.img_height >= 16 && config.img_height <= 128 && config.img_height % 8 == 0,
                 "img_height", "a multiple of 8 from 16 to 128");
  object.require(config.img_width >= 64 && config.img_width <= 16384, "img_width", "from 64 to 16384");
  object.require(!config.vocab.empty() || !labels.empty(), "vocab", "the name of an alphabet file");
  try {
    config.alphabet = labels.empty() ? read_alphabet(folder / config.vocab) : Alphabet(std::move(labels));
  } catch (const std::invalid_argument& error) {
    throw ConfigError(error.what());
  }
  return config;
}

boost::json::object to_json(const ModelConfig& config) {
  boost::json::object object{{"architecture", config.architecture},
                             {"img_height", config.img_height},
                             {"img_width", config.img_width}};
  for (const auto& parameter : config.parameters.as_object()) object.insert(parameter);
  object["alphabet"] = boost::json::array(config.alphabet.labels().begin(), config.alphabet.labels().end());
  return object;
}

kernels::LinePreparation line_preparation_of(const ModelConfig& config) {
  kernels::LinePreparation preparation;
  preparation.height_px = config.img_height;
  preparation.max_width_px = config.img_width;
  return preparation;
}

}  // namespace ocrbatch::recognizer
