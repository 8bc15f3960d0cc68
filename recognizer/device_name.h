// What devices are called, without LibTorch's headers.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ocrbatch::recognizer {

// Of "cuda" (0), "cuda:N" and "cuda:N,M,...", each up to 127 and named once; of nothing else.
std::optional<std::vector<int>> cuda_device_numbers(const std::string& name);

// "auto", "cpu", or one CUDA device; for those who take several, a list of them as well.
bool is_device_name(const std::string& name);
bool is_device_list(const std::string& name);

// Throws DeviceError saying why a device that was named cannot be used.
void require_device(const std::string& name);

// Of "auto", why it does not take a CUDA device although this machine has one; else empty.
std::string unused_device(const std::string& name);

// Whether the device multiplies bfloat16 in hardware. Without, it is slower than float32.
// Throws as require_device does.
bool has_bfloat16(const std::string& name);

}  // namespace ocrbatch::recognizer
