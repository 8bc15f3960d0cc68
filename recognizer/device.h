// Where networks compute.
#pragma once

#include <torch/types.h>

#include <string>

namespace ocrbatch::recognizer {

// Of "auto", the first CUDA device where this build and the machine have one, else the CPU; of "cpu", "cuda"
// (the first) and "cuda:N", that one. Throws DeviceError saying why a device that was named cannot be used.
torch::Device choose_device(const std::string& name);

}  // namespace ocrbatch::recognizer
