#include "cli/model_checksums.h"

#include <fstream>
#include <string>

#include "io/sha256.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {

std::size_t check_model_checksums(const std::filesystem::path& folder) {
  std::ifstream list(folder / "SHA256SUMS");
  std::size_t checked = 0;
  for (std::string expected, name; list >> expected >> name; ++checked) {
    if (name.starts_with('*')) name.erase(0, 1);  // sha256sum's mark for binary mode
    const std::filesystem::path file = folder / name;
    const auto found = io::sha256_of_file(file);
    if (!found) throw recognizer::ModelError(file.string() + ": " + found.error().message);
    if (found.value() != expected) {
      throw recognizer::ModelError(file.string() + ": SHA-256 is " + found.value() + ", SHA256SUMS says " +
                                   expected);
    }
  }
  return checked;
}

}  // namespace ocrbatch::cli
