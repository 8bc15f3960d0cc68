#include "cli/model_path.h"

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cstdlib>
#include <map>

#include "cli/nearest_name.h"
#include "cli/program_folders.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {
namespace {

namespace fs = std::filesystem;

bool is_model(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "model.json", error);
}

}  // namespace

std::vector<fs::path> model_search_path() {
  std::vector<fs::path> folders;
  if (const char* variable = std::getenv("OCRBATCH_MODELS")) {
    std::vector<std::string> parts;
    for (const std::string& part : boost::split(parts, variable, boost::is_any_of(":"))) {
      if (!part.empty()) folders.emplace_back(part);
    }
  }
  for (fs::path& folder : program_folders("models")) folders.push_back(std::move(folder));
  return folders;
}

fs::path find_model(const std::string& name_or_folder) {
  if (name_or_folder.find('/') != std::string::npos || is_model(name_or_folder)) return name_or_folder;
  std::string looked_in;
  for (const fs::path& folder : model_search_path()) {
    const fs::path candidate = folder / name_or_folder;
    if (is_model(candidate)) return candidate;
    looked_in += (looked_in.empty() ? "" : ", ") + folder.string();
  }
  std::vector<std::string> names;
  for (const fs::path& model : installed_models()) names.push_back(model.filename().string());
  throw recognizer::ModelError("there is no model '" + name_or_folder + "' in " + looked_in +
                               " (--model takes a folder too; OCRBATCH_MODELS names more places)" +
                               hint(name_or_folder, names));
}

std::vector<fs::path> find_models(const std::vector<std::string>& names_or_folders) {
  std::vector<fs::path> folders;
  if (names_or_folders.empty()) {
    folders.push_back(find_model(kDefaultModel));
    const std::vector<fs::path> installed = installed_models();
    for (const fs::path other : kOtherDefaultModels) {
      const auto found = std::ranges::find(installed, other, &fs::path::filename);
      if (found != installed.end()) folders.push_back(*found);
    }
  }
  for (const std::string& given : names_or_folders) folders.push_back(find_model(given));
  return folders;
}

std::vector<fs::path> installed_models() {
  std::map<std::string, fs::path> models;
  for (const fs::path& folder : model_search_path()) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      // What begins with a dot is a model that is being put in place.
      if (entry->path().filename().string().starts_with('.')) continue;
      if (is_model(entry->path())) models.emplace(entry->path().filename().string(), entry->path());
    }
  }
  std::vector<fs::path> folders;
  for (auto& [name, folder] : models) folders.push_back(std::move(folder));
  return folders;
}

}  // namespace ocrbatch::cli
