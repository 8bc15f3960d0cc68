#include "cli/program_folders.h"

#include "recognizer/strict_json.h"

namespace ocrbatch::cli {

namespace fs = std::filesystem;

std::vector<fs::path> program_folders(const std::string& name) {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  return {program.parent_path() / name, program.parent_path().parent_path() / "share/ocrbatch" / name};
}

fs::path find_config(const std::string& name) {
  std::string looked_in;
  for (const fs::path& folder : program_folders("configs")) {
    std::error_code error;
    if (fs::is_regular_file(folder / name, error)) return folder / name;
    looked_in += (looked_in.empty() ? "" : ", ") + folder.string();
  }
  throw recognizer::ConfigError(name + " is in none of " + looked_in);
}

}  // namespace ocrbatch::cli
