// Where networks compute.
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "recognizer/fast_arithmetic.h"

namespace ocrbatch::recognizer {

// What this build and this machine have of CUDA.
struct CudaSupport {
  bool built = false;   // this build has the kernels
  int devices = 0;      // that the driver lets a program use
  std::string problem;  // why it lets none be used although there is one
};
const CudaSupport& cuda_support();

// Of "auto", the first CUDA device where there is one, else the CPU; of "cpu", "cuda" (the first), "cuda:N"
// and "cuda:N,M,...", those. Never empty. Throws DeviceError saying why a device that was named cannot be
// used.
std::vector<torch::Device> choose_devices(const std::string& name, const CudaSupport& cuda);
// The first of them on this machine.
torch::Device choose_device(const std::string& name);

// What networks are prepared with for reading on it.
FastArithmetic fast_arithmetic(torch::Device device);

// The first sentence of what LibTorch says, on one line.
std::string first_sentence(const std::string& message);

}  // namespace ocrbatch::recognizer
