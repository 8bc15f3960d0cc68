#include "kernels/winograd_int16.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "kernels/int8_rounding.h"
#include "kernels/int8_weights.h"
#include "kernels/winograd_arguments.h"
#include "kernels/winograd_int16_cpu.h"

namespace ocrbatch::kernels {
namespace {

int64_t padded_channels(int64_t channels) {
  return (channels + kInt16Channels - 1) / kInt16Channels * kInt16Channels;
}

// One image's columns that count as bytes, into the middle of zeros. Returns what a byte stands for.
float fill_bytes(const WinogradInt16Maps& raw, int64_t image, const float* maps, int64_t in, uint8_t* to) {
  const int64_t height = raw.result.height, width = raw.result.widths[image];
  const int64_t row_floats = raw.result.columns * in;
  float most = 0;
  for (int64_t y = 0; y < height; ++y) most = std::max(most, largest(maps + y * row_floats, width * in));
  const float factor = most > 0 ? 255 / most : 0;
  for (int64_t y = 0; y < height; ++y) {
    uint8_t* const row = to + ((y + 1) * raw.padded_columns() + 1) * raw.in;
    const float* const from = maps + y * row_floats;
    if (raw.in == in) {
      to_bytes(from, width * in, factor, 0, row);
    } else {
      for (int64_t x = 0; x < width; ++x) to_bytes(from + x * in, in, factor, 0, row + x * raw.in);
    }
  }
  return most / 255;
}

}  // namespace

WinogradInt16 make_winograd_int16(const at::Tensor& weight, const at::Tensor& bias) {
  TORCH_CHECK(weight.dim() == 4 && weight.size(2) == 3 && weight.size(3) == 3,
              "winograd_int16: weight should be (out, in, 3, 3), got ", weight.sizes());
  WinogradInt16 made;
  made.out = weight.size(0), made.in = weight.size(1);
  const int64_t blocks = column_blocks(made.out);
  const at::Tensor plain = weight.detach().to(at::kFloat).contiguous();
  made.weights =
      at::empty({blocks, kWinogradProducts, padded_channels(made.in) / 2, kBlockColumns, 2}, at::kShort);
  made.weight_scales = at::empty({blocks, kWinogradProducts, kBlockColumns}, at::kFloat);
  winograd_int16_weights_cpu(plain.const_data_ptr<float>(), made.out, made.in,
                             made.weights.mutable_data_ptr<int16_t>(),
                             made.weight_scales.mutable_data_ptr<float>());
  made.bias = pad_columns(bias, made.out);
  return made;
}

at::Tensor winograd_int16(const WinogradInt16& convolution, const at::Tensor& maps, const at::Tensor& widths,
                          const at::Tensor& skip, bool relu) {
  const WinogradArguments given = winograd_arguments("winograd_int16", convolution.in, convolution.out,
                                                     convolution.bias, maps, widths, skip, relu);
  const WinogradResult& result = given.result;
  WinogradInt16Maps raw;
  raw.result = result;
  raw.in = padded_channels(convolution.in);
  raw.weights = convolution.weights.const_data_ptr<int16_t>();
  raw.weight_scales = convolution.weight_scales.const_data_ptr<float>();

  const int64_t image_bytes = raw.padded_rows() * raw.padded_columns() * raw.in;
  std::vector<uint8_t> bytes(static_cast<std::size_t>(result.batch * image_bytes));
  std::vector<float> scales(static_cast<std::size_t>(result.batch));
  for (int64_t image = 0; image < result.batch; ++image) {
    const float* const from =
        given.maps.const_data_ptr<float>() + image * result.height * result.columns * convolution.in;
    scales[static_cast<std::size_t>(image)] =
        fill_bytes(raw, image, from, convolution.in, bytes.data() + image * image_bytes);
  }
  raw.bytes = bytes.data(), raw.byte_scales = scales.data();
  at::Tensor out = winograd_output(given);
  winograd_int16_convolution_cpu(raw, out.mutable_data_ptr<float>());
  return out;
}

}  // namespace ocrbatch::kernels
