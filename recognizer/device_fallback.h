// What "auto" does with a device that is there and does not work.
#pragma once

#include <string>
#include <vector>

#include "recognizer/device.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {

// open(devices, unused) on what `name` says, see choose_devices. With "auto", what cannot be opened on a CUDA
// device (DeviceError) is opened on the CPU; `unused` then says why, and is empty where nothing is amiss.
template <class Open>
auto open_on_devices(const std::string& name, const CudaSupport& cuda, Open&& open) {
  const std::vector<torch::Device> devices = choose_devices(name, cuda);
  if (name != "auto") return open(devices, std::string());
  std::string unused = cuda.problem;
  if (devices.front().is_cuda()) {
    try {
      return open(devices, std::string());
    } catch (const DeviceError& error) {
      unused = error.what();
    }
  }
  return open(std::vector<torch::Device>{torch::kCPU}, unused);
}

}  // namespace ocrbatch::recognizer
