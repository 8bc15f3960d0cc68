// The model that training starts from (--init-from).
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/line_data.h"
#include "recognizer/alphabet.h"

namespace ocrbatch::cli {

struct BaseModel {
  std::filesystem::path folder;
  std::string sha256;         // of its weights
  boost::json::object model;  // its configuration, alphabet included
  recognizer::Alphabet alphabet;
};

// Throws recognizer::ModelError.
BaseModel open_base_model(const std::string& name_or_folder);

// The base's labels in their order, and behind them what the finite training lines have beside these, in the
// order of Unicode; logs what is added. (Synthetic lines are made of the alphabet, they have nothing beside
// it.)
recognizer::Alphabet extended_alphabet(const BaseModel& base, const std::vector<LineData>& training);

}  // namespace ocrbatch::cli
