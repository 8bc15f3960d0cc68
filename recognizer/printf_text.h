// printf into a string. (LibTorch ships headers of another fmt than the one spdlog links, so fmt is not for
// the recognizer.)
#pragma once

#include <cstdio>
#include <string>

namespace ocrbatch::recognizer {

template <class... Arguments>
std::string format(const char* pattern, Arguments... arguments) {
  const int size = std::snprintf(nullptr, 0, pattern, arguments...);
  std::string text(static_cast<std::size_t>(size) + 1, '\0');
  std::snprintf(text.data(), text.size(), pattern, arguments...);
  text.pop_back();
  return text;
}

}  // namespace ocrbatch::recognizer
