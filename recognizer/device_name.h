// What devices are called, without LibTorch's headers.
#pragma once

#include <charconv>
#include <optional>
#include <string>

namespace ocrbatch::recognizer {

// Of "cuda" (0) and "cuda:N" (N, up to 127); of nothing else.
inline std::optional<int> cuda_device_number(const std::string& name) {
  if (name == "cuda") return 0;
  if (!name.starts_with("cuda:")) return std::nullopt;
  int number = -1;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + 5, end, number);
  return error == std::errc() && stop == end && number >= 0 && number < 128 ? std::optional(number)
                                                                            : std::nullopt;
}

inline bool is_device_name(const std::string& name) {
  return name == "auto" || name == "cpu" || cuda_device_number(name).has_value();
}

// Throws DeviceError saying why a device that was named cannot be used.
void require_device(const std::string& name);

// Whether the device multiplies bfloat16 in hardware. Without, it is slower than float32.
// Throws as require_device does.
bool has_bfloat16(const std::string& name);

}  // namespace ocrbatch::recognizer
