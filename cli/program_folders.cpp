#include "cli/program_folders.h"

#include "recognizer/strict_json.h"

namespace ocrbatch::cli {

namespace fs = std::filesystem;

namespace {

// The folder that this program lies in; empty where /proc is missing.
fs::path own_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

// The first of `places` that is a file.
fs::path first_file(const std::string& what, const std::vector<fs::path>& places) {
  std::string looked_in;
  for (const fs::path& place : places) {
    std::error_code error;
    if (fs::is_regular_file(place, error)) return place;
    looked_in += (looked_in.empty() ? "" : ", ") + place.parent_path().string();
  }
  throw recognizer::ConfigError(what + " is in none of " + looked_in);
}

}  // namespace

std::vector<fs::path> program_folders(const std::string& name) {
  const fs::path folder = own_folder();
  if (folder.empty()) return {};
  return {folder / name, folder.parent_path() / "share/ocrbatch" / name};
}

fs::path find_config(const std::string& name) {
  std::vector<fs::path> places;
  for (const fs::path& folder : program_folders("configs")) places.push_back(folder / name);
  return first_file(name, places);
}

fs::path find_worker_program() {
  const fs::path folder = own_folder();
  return first_file("ocrbatch-worker",
                    {folder / "ocrbatch-worker", folder.parent_path() / "libexec/ocrbatch/ocrbatch-worker"});
}

}  // namespace ocrbatch::cli
