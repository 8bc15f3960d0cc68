// What a network is made of: the "model" object of a configuration and of model.json.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "kernels/line_preparation.h"
#include "recognizer/alphabet.h"

namespace ocrbatch::recognizer {

struct ModelConfig {
  std::string architecture = "mamba_ctc";  // a row of the table in architectures.cpp
  int img_height = 40;                     // height of prepared lines, pixels
  int img_width = 2560;                    // longer lines are squeezed to this width, pixels
  std::string vocab;                       // an alphabet file, relative to the configuration's folder
  Alphabet alphabet;                       // read from `vocab`, or from model.json's "alphabet"

  // The architecture's own keys as an object, all of them: what is left out stands here with its default.
  boost::json::value parameters = boost::json::object();
};

// Reads a "model" object strictly: the keys above, and beside them those of its architecture. `folder` is
// where a relative `vocab` starts. Throws ConfigError.
ModelConfig read_model_config(const boost::json::value& model, const std::filesystem::path& folder);
// The inverse, with the alphabet written out, so that a model folder needs no other file.
boost::json::object to_json(const ModelConfig& config);

// How lines must be prepared for the network.
kernels::LinePreparation line_preparation_of(const ModelConfig& config);

}  // namespace ocrbatch::recognizer
