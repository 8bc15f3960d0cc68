#include "recognizer/device_name.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace ocrbatch::recognizer {

std::optional<std::vector<int>> cuda_device_numbers(const std::string& name) {
  constexpr std::string_view kPrefix = "cuda:";
  constexpr int kMost = 127;
  if (name == "cuda") return std::vector{0};
  if (!name.starts_with(kPrefix)) return std::nullopt;
  std::vector<int> numbers;
  const char* next = name.data() + kPrefix.size();
  const char* const end = name.data() + name.size();
  while (true) {
    int number = -1;
    const auto [stop, error] = std::from_chars(next, end, number);
    if (error != std::errc() || number < 0 || number > kMost) return std::nullopt;
    if (std::ranges::find(numbers, number) != numbers.end()) return std::nullopt;
    numbers.push_back(number);
    if (stop == end) return numbers;
    if (*stop != ',') return std::nullopt;
    next = stop + 1;
  }
}

bool is_device_name(const std::string& name) {
  return is_device_list(name) && name.find(',') == std::string::npos;
}

bool is_device_list(const std::string& name) {
  return name == "auto" || name == "cpu" || cuda_device_numbers(name).has_value();
}

}  // namespace ocrbatch::recognizer
