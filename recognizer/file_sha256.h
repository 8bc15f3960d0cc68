#pragma once

#include <filesystem>
#include <string>

namespace ocrbatch::recognizer {

// In lower-case hex. Of a file that cannot be read: that of nothing.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace ocrbatch::recognizer
