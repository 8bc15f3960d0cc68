// SHA256SUMS of a model folder: the format of sha256sum, so that `sha256sum -c` checks it too.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace ocrbatch::cli {

// How many files were checked; 0 when the folder has no SHA256SUMS. Throws recognizer::ModelError naming the
// file that is missing or differs.
std::size_t check_model_checksums(const std::filesystem::path& folder);

// Where there is a SHA256SUMS: sets the rows of these files, which have changed with the user's knowledge.
void update_model_checksums(const std::filesystem::path& folder, const std::vector<std::string>& names);

}  // namespace ocrbatch::cli
