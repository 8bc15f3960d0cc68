// Where models are looked for: an option names a folder, or a model by name in
//   1. the folders of $OCRBATCH_MODELS (separated by ":"),
//   2. models/ beside the program (a build folder links the source tree's there),
//   3. ../share/ocrbatch/models from the program (an installed one).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ocrbatch::cli {

inline constexpr const char* kDefaultModel = "latin-fast";

// Tried on pages that kDefaultModel does not read well, where they are installed.
inline constexpr const char* kOtherDefaultModels[] = {"chinese-fast"};

std::vector<std::filesystem::path> model_search_path();

// A text with a "/" in it, or one that names a folder with a model.json, is a folder; anything else is a
// name. Throws recognizer::ModelError that says where was looked.
std::filesystem::path find_model(const std::string& name_or_folder);

// The models of a run: those given, or, where none is, the default ones.
std::vector<std::filesystem::path> find_models(const std::vector<std::string>& names_or_folders);

// Every folder with a model.json on the search path; the first of a name hides later ones. Sorted by name.
std::vector<std::filesystem::path> installed_models();

}  // namespace ocrbatch::cli
