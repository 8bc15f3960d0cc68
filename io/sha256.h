// SHA-256 of files and strings, as lower-case hex. Backed by libcrypto.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "io/error.h"

namespace ocrbatch::io {

// Reads the file in blocks; kNotFound or kUnreadable when that fails.
Result<std::string> sha256_of_file(const std::filesystem::path& path);

std::string sha256_of(std::string_view bytes);

}  // namespace ocrbatch::io
