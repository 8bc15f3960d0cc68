#include "cli/model_checksums.h"

#include <fstream>
#include <map>

#include "io/sha256.h"
#include "io/writer.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {

namespace {

constexpr const char* kChecksums = "SHA256SUMS";

// File name to checksum.
std::map<std::string, std::string> read_checksums(const std::filesystem::path& folder) {
  std::ifstream list(folder / kChecksums);
  std::map<std::string, std::string> sums;
  for (std::string sum, name; list >> sum >> name;) {
    if (name.starts_with('*')) name.erase(0, 1);  // sha256sum's mark for binary mode
    sums[name] = sum;
  }
  return sums;
}

std::string checksum_of(const std::filesystem::path& file) {
  const auto found = io::sha256_of_file(file);
  if (!found) throw recognizer::ModelError(file.string() + ": " + found.error().message);
  return found.value();
}

}  // namespace

std::size_t check_model_checksums(const std::filesystem::path& folder) {
  const auto sums = read_checksums(folder);
  for (const auto& [name, expected] : sums) {
    const std::string found = checksum_of(folder / name);
    if (found != expected) {
      throw recognizer::ModelError((folder / name).string() + ": SHA-256 is " + found + ", SHA256SUMS says " +
                                   expected);
    }
  }
  return sums.size();
}

void update_model_checksums(const std::filesystem::path& folder, const std::vector<std::string>& names) {
  if (!std::filesystem::exists(folder / kChecksums)) return;
  auto sums = read_checksums(folder);
  for (const std::string& name : names) sums[name] = checksum_of(folder / name);
  std::ofstream list(folder / kChecksums);
  for (const auto& [name, sum] : sums) list << sum << "  " << name << "\n";
  if (!list.flush()) throw io::OutputError((folder / kChecksums).string() + ": cannot be written");
}

}  // namespace ocrbatch::cli
