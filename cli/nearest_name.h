// "Did you mean ...?"
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ocrbatch::cli {

// The known name with the fewest letters to change, insert, remove or swap (neighbours); nothing when even
// that one is too far away to be meant.
std::optional<std::string> nearest_name(const std::string& typed, const std::vector<std::string>& known);

// "; did you mean 'scan'?", or nothing.
std::string hint(const std::string& typed, const std::vector<std::string>& known,
                 const std::string& prefix = "");

}  // namespace ocrbatch::cli
