// One key of a model folder's model.json, changed where it is: the file is written whole or not at all.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string_view>

namespace ocrbatch::recognizer {

// Throws ModelError for a folder without a readable model.json, WriteError where it cannot be written.
void set_model_key(const std::filesystem::path& model_folder, std::string_view key,
                   const boost::json::value& value);

}  // namespace ocrbatch::recognizer
