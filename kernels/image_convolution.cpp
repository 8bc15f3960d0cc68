#include "kernels/image_convolution.h"

#include <ATen/ATen.h>

#include "kernels/check.h"
#include "kernels/image_convolution_cpu.h"

namespace ocrbatch::kernels {

ImageConvolution make_image_convolution(const at::Tensor& weight, const at::Tensor& bias,
                                        std::array<int64_t, 2> stride, std::array<int64_t, 2> padding) {
  TORCH_CHECK(weight.dim() == 4 && weight.size(1) == 1,
              "image_convolution: weight should be (out, 1, height, width), got ", weight.sizes());
  ImageConvolution made;
  made.taps = make_packed_linear(weight.contiguous().view({weight.size(0), -1}), bias);
  made.kernel = {weight.size(2), weight.size(3)};
  made.stride = stride, made.padding = padding;
  return made;
}

at::Tensor image_convolution(const ImageConvolution& convolution, const at::Tensor& images_in,
                             const at::Tensor& widths, bool relu) {
  TORCH_CHECK(images_in.dim() == 4 && images_in.size(1) == 1 && images_in.scalar_type() == at::kFloat,
              "image_convolution: images should be (batch, 1, height, width) float32, got ",
              images_in.sizes(), " ", images_in.scalar_type());
  const at::Tensor images = images_in.contiguous();
  ImageMaps raw;
  raw.batch = images.size(0), raw.height = images.size(2), raw.columns = images.size(3);
  for (size_t side = 0; side < 2; ++side) {
    const int64_t size = images.size(2 + static_cast<int64_t>(side)) + 2 * convolution.padding[side];
    TORCH_CHECK(size >= convolution.kernel[side], "image_convolution: images of ", images.sizes(),
                " are smaller than the kernel");
    raw.out_size[side] = (size - convolution.kernel[side]) / convolution.stride[side] + 1;
    raw.kernel[side] = convolution.kernel[side], raw.stride[side] = convolution.stride[side];
    raw.padding[side] = convolution.padding[side];
  }
  check_lengths("image_convolution", widths, raw.batch, raw.out_size[1], "widths");
  raw.out = convolution.taps.out;
  raw.widths = widths.const_data_ptr<int>();
  raw.images = images.const_data_ptr<float>();
  raw.weights = convolution.taps.weights.const_data_ptr<float>();
  raw.bias = convolution.taps.bias.const_data_ptr<float>();
  raw.relu = relu;
  at::Tensor maps = at::empty({raw.batch, raw.out, raw.out_size[0], raw.out_size[1]},
                              images.options().memory_format(at::MemoryFormat::ChannelsLast));
  image_convolution_cpu(raw, maps.mutable_data_ptr<float>());
  return maps;
}

}  // namespace ocrbatch::kernels
