// Putting a model in the place of an installed one, and taking that back.
#pragma once

#include <filesystem>
#include <string>

namespace ocrbatch::cli {

// NAME.previous beside the installed folder NAME.
std::filesystem::path previous_of(const std::filesystem::path& installed);

// Copies `fresh` beside `installed`, writes `record` there as promotion.json and SHA256SUMS over all files,
// then exchanges the two folders at once: whoever opens `installed` finds the old model or the new one,
// whole. The old one becomes previous_of(installed), in place of what was there. Throws io::OutputError, and
// leaves `installed` as it was.
void replace_model(const std::filesystem::path& fresh, const std::filesystem::path& installed,
                   const std::string& record);

// Exchanges `installed` and previous_of(installed), so that a second call takes the first one back. Throws
// recognizer::ModelError where there is no previous model, and io::OutputError.
void restore_model(const std::filesystem::path& installed);

}  // namespace ocrbatch::cli
