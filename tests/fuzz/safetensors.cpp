// Weights: what a file says of itself must never make the reader touch what is not there.
#include "recognizer/safetensors.h"

#include <torch/torch.h>

#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ocrbatch::fuzz::InputFile file(data, size);
  try {
    const auto content = ocrbatch::recognizer::read_safetensors(file.path());
    std::int64_t bytes = 0;
    for (const auto& [name, tensor] : content.tensors) {
      bytes += static_cast<std::int64_t>(tensor.nbytes());
      if (tensor.numel() > 0) (void)tensor.flatten()[0].to(torch::kFloat).item<float>();
    }
    if (bytes > static_cast<std::int64_t>(size)) std::abort();
  } catch (const std::runtime_error&) {
  }
  return 0;
}
