#pragma once

#include <torch/types.h>

namespace ocrbatch::recognizer {

// A small tensor of the CPU's, such as the lines' widths, where `device` has it. Unlike Tensor::to, does not
// wait for what a CUDA device was given before: the copy comes from pinned memory.
inline torch::Tensor on_device(const torch::Tensor& tensor, torch::Device device) {
  if (!tensor.is_cpu() || !device.is_cuda()) return tensor.to(device);
  return tensor.pin_memory().to(device, tensor.scalar_type(), /*non_blocking=*/true);
}

}  // namespace ocrbatch::recognizer
