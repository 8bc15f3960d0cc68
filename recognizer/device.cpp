#include "recognizer/device.h"

#include <torch/cuda.h>

#include "kernels/ctc_loss_on_cuda.h"
#include "recognizer/device_name.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {
namespace {

// The kernels are built for CUDA all together or not at all.
constexpr bool kBuiltWithCuda = kernels::kCtcLossHasCuda;

DeviceError unavailable(const std::string& name, const std::string& why) {
  return DeviceError("device \"" + name + "\" is not available: " + why);
}

}  // namespace

torch::Device choose_device(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  const bool usable = kBuiltWithCuda && torch::cuda::is_available();
  if (name == "auto") return usable ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  const std::optional<int> number = cuda_device_number(name);
  if (!number) throw unavailable(name, "it is none of auto, cpu, cuda, cuda:N");
  if (!kBuiltWithCuda) throw unavailable(name, "this build has no CUDA");
  if (!usable) throw unavailable(name, "this machine has no CUDA device that its driver can use");
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (*number >= count)
    throw unavailable(name,
                      "this machine has " + std::to_string(count) + " CUDA device" + (count == 1 ? "" : "s"));
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(*number)};
}

void require_device(const std::string& name) {
  choose_device(name);
}

bool has_bfloat16(const std::string& name) {
  return choose_device(name).is_cuda() || __builtin_cpu_supports("avx512bf16") != 0;
}

}  // namespace ocrbatch::recognizer
