#include "kernels/winograd_convolution.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "kernels/column_block.h"
#include "kernels/parallel_lines.h"
#include "kernels/winograd_arguments.h"
#include "kernels/winograd_cpu.h"

namespace ocrbatch::kernels {

WinogradConvolution make_winograd_convolution(const at::Tensor& weight, const at::Tensor& bias) {
  TORCH_CHECK(weight.dim() == 4 && weight.size(2) == 3 && weight.size(3) == 3,
              "winograd_convolution: weight should be (out, in, 3, 3), got ", weight.sizes());
  WinogradConvolution made;
  made.out = weight.size(0), made.in = weight.size(1);
  const int64_t blocks = column_blocks(made.out);
  const at::Tensor plain = weight.detach().to(at::kFloat).contiguous();
  made.weights = at::empty({blocks, kWinogradProducts, made.in, kBlockColumns}, plain.options());
  winograd_weights_cpu(plain.const_data_ptr<float>(), made.out, made.in,
                       made.weights.mutable_data_ptr<float>());
  made.bias = at::zeros({blocks * kBlockColumns}, plain.options());
  if (bias.defined()) made.bias.slice(0, 0, made.out).copy_(bias.detach());
  return made;
}

// A chunk of images for each of LibTorch's threads: one in reading, where the graph's threads are, more in
// training.
static void convolve_in_chunks(const WinogradMaps& maps, float* to) {
  const int64_t chunks = std::min<int64_t>(maps.result.batch, at::get_num_threads());
  const int64_t pixels = maps.result.height * maps.result.columns;
  parallel_lines(chunks, [&](int64_t chunk) {
    const int64_t first = chunk * maps.result.batch / chunks;
    WinogradMaps part = maps;
    part.result.batch = (chunk + 1) * maps.result.batch / chunks - first;
    part.result.widths += first;
    part.maps += first * pixels * maps.in;
    if (part.result.skip != nullptr) part.result.skip += first * pixels * maps.result.out;
    winograd_convolution_cpu(part, to + first * pixels * maps.result.out);
  });
}

at::Tensor winograd_convolution(const WinogradConvolution& convolution, const at::Tensor& maps,
                                const at::Tensor& widths, const at::Tensor& skip, bool relu) {
  const WinogradArguments given = winograd_arguments("winograd_convolution", convolution.in, convolution.out,
                                                     convolution.bias, maps, widths, skip, relu);
  WinogradMaps raw;
  raw.result = given.result;
  raw.in = convolution.in;
  raw.maps = given.maps.const_data_ptr<float>();
  raw.weights = convolution.weights.const_data_ptr<float>();
  at::Tensor out = winograd_output(given);
  convolve_in_chunks(raw, out.mutable_data_ptr<float>());
  return out;
}

}  // namespace ocrbatch::kernels
