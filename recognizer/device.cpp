#include "recognizer/device.h"

#include <torch/cuda.h>

#include "kernels/ctc_loss_on_cuda.h"
#include "kernels/int8_rows.h"
#include "recognizer/device_name.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {
namespace {

DeviceError unavailable(const std::string& name, const std::string& why) {
  return DeviceError("device \"" + name + "\" is not available: " + why);
}

// LibTorch only warns when a driver does not work.
struct FirstWarning : c10::WarningHandler {
  std::string text;
  void process(const c10::Warning& warning) override {
    if (text.empty()) text = first_sentence(warning.msg());
  }
};

CudaSupport find_cuda() {
  CudaSupport cuda;
  // The kernels are built for CUDA all together or not at all.
  cuda.built = kernels::kCtcLossHasCuda;
  if (!cuda.built) return cuda;
  FirstWarning warning;
  const c10::WarningUtils::WarningHandlerGuard guard(&warning);
  cuda.devices = static_cast<int>(torch::cuda::device_count());
  if (cuda.devices == 0) cuda.problem = warning.text;
  return cuda;
}

bool multiplies_bfloat16(torch::Device device) {
  return device.is_cuda() || __builtin_cpu_supports("avx512bf16") != 0;
}

}  // namespace

const CudaSupport& cuda_support() {
  static const CudaSupport found = find_cuda();
  return found;
}

std::vector<torch::Device> choose_devices(const std::string& name, const CudaSupport& cuda) {
  if (name == "cpu" || (name == "auto" && cuda.devices == 0)) return {torch::kCPU};
  if (name == "auto") return {torch::Device(torch::kCUDA, 0)};
  const std::optional<std::vector<int>> numbers = cuda_device_numbers(name);
  if (!numbers) throw unavailable(name, "it is none of auto, cpu, cuda, cuda:N, cuda:N,M,...");
  if (!cuda.built) throw unavailable(name, "this build has no CUDA");
  if (cuda.devices == 0)
    throw unavailable(name, cuda.problem.empty() ? "this machine has no CUDA device that its driver can use"
                                                 : cuda.problem);
  std::vector<torch::Device> devices;
  for (const int number : *numbers) {
    const torch::Device device(torch::kCUDA, static_cast<c10::DeviceIndex>(number));
    if (number >= cuda.devices)
      throw unavailable(device.str(), "this machine has " + std::to_string(cuda.devices) + " CUDA device" +
                                          (cuda.devices == 1 ? "" : "s"));
    devices.push_back(device);
  }
  return devices;
}

torch::Device choose_device(const std::string& name) {
  return choose_devices(name, cuda_support()).front();
}

void require_device(const std::string& name) {
  choose_device(name);
}

std::string unused_device(const std::string& name) {
  return name == "auto" ? cuda_support().problem : std::string();
}

FastArithmetic fast_arithmetic(torch::Device device) {
  // With AMX, oneDNN's convolutions of bfloat16 round differently with the number of images, and a line's
  // text must not depend on its company.
  const bool is_the_same_in_any_batch = device.is_cuda() || __builtin_cpu_supports("amx-bf16") == 0;
  return {.bfloat16 = multiplies_bfloat16(device) && is_the_same_in_any_batch,
          .int8 = device.is_cpu() && kernels::int8_speedup() > 1};
}

bool has_bfloat16(const std::string& name) {
  return multiplies_bfloat16(choose_device(name));
}

std::string first_sentence(const std::string& message) {
  const std::string line = message.substr(0, message.find('\n'));
  return line.substr(0, line.find(". "));
}

}  // namespace ocrbatch::recognizer
