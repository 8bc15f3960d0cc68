#include "recognizer/model_config.h"

#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
namespace {

void require(bool holds, const StrictObject& object, const char* key, const char* what) {
  if (!holds) throw ConfigError(object.path_of(key) + " should be " + what);
}

}  // namespace

ModelConfig read_model_config(const boost::json::value& model, const std::filesystem::path& folder) {
  ModelConfig config;
  StrictObject object(model, "model");
  object.read("architecture", config.architecture);
  object.read("img_height", config.img_height);
  object.read("img_width", config.img_width);
  object.read("vocab", config.vocab);
  object.read("cnn_channels", config.cnn_channels);
  object.read("cnn_blocks", config.cnn_blocks);
  object.read("mamba_d_model", config.mamba_d_model);
  object.read("mamba_layers", config.mamba_layers);
  object.read("d_state", config.d_state);
  object.read("expand", config.expand);
  object.read("d_conv", config.d_conv);
  object.read("dropout", config.dropout);
  std::vector<std::string> labels;
  object.read("alphabet", labels);
  object.finish();

  require(config.img_height >= 16 && config.img_height <= 128 && config.img_height % 8 == 0, object,
          "img_height", "a multiple of 8 from 16 to 128");
  require(config.img_width >= 64 && config.img_width <= 16384, object, "img_width", "from 64 to 16384");
  require(config.cnn_channels.size() == 3, object, "cnn_channels", "three numbers of channels");
  require(config.cnn_blocks.size() == 3, object, "cnn_blocks", "three numbers of blocks");
  for (const int channels : config.cnn_channels) require(channels > 0, object, "cnn_channels", "positive");
  for (const int blocks : config.cnn_blocks) require(blocks >= 0, object, "cnn_blocks", "zero or more");
  require(config.mamba_d_model > 0, object, "mamba_d_model", "positive");
  require(config.mamba_layers > 0, object, "mamba_layers", "positive");
  require(config.d_state >= 1 && config.d_state <= 64, object, "d_state", "from 1 to 64");
  require(config.expand >= 1, object, "expand", "positive");
  require(config.d_conv >= 1 && config.d_conv <= 16, object, "d_conv", "from 1 to 16");
  require(config.dropout >= 0 && config.dropout < 1, object, "dropout", "from 0 to less than 1");
  require(!config.vocab.empty() || !labels.empty(), object, "vocab", "the name of an alphabet file");
  try {
    config.alphabet = labels.empty() ? read_alphabet(folder / config.vocab) : Alphabet(std::move(labels));
  } catch (const std::invalid_argument& error) {
    throw ConfigError(error.what());
  }
  return config;
}

boost::json::object to_json(const ModelConfig& config) {
  boost::json::array channels(config.cnn_channels.begin(), config.cnn_channels.end());
  boost::json::array blocks(config.cnn_blocks.begin(), config.cnn_blocks.end());
  boost::json::array alphabet(config.alphabet.labels().begin(), config.alphabet.labels().end());
  return {{"architecture", config.architecture},
          {"img_height", config.img_height},
          {"img_width", config.img_width},
          {"cnn_channels", std::move(channels)},
          {"cnn_blocks", std::move(blocks)},
          {"mamba_d_model", config.mamba_d_model},
          {"mamba_layers", config.mamba_layers},
          {"d_state", config.d_state},
          {"expand", config.expand},
          {"d_conv", config.d_conv},
          {"dropout", config.dropout},
          {"alphabet", std::move(alphabet)}};
}

kernels::LinePreparation line_preparation_of(const ModelConfig& config) {
  kernels::LinePreparation preparation;
  preparation.height_px = config.img_height;
  preparation.max_width_px = config.img_width;
  return preparation;
}

}  // namespace ocrbatch::recognizer
