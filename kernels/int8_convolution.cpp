#include "kernels/int8_convolution.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <memory>

#include "kernels/check.h"
#include "kernels/int8_rounding.h"
#include "kernels/int8_rows.h"
#include "kernels/int8_weights.h"

namespace ocrbatch::kernels {
namespace {

int64_t padded_channels(int64_t channels) {
  return (channels + kBytesAtOnce - 1) / kBytesAtOnce * kBytesAtOnce;
}

// An image's maps as bytes, channels last, with zeros around them, so that no tap is outside.
class ByteMaps {
 public:
  ByteMaps(const Int8Convolution& convolution, int64_t height, int64_t columns)
      : in_(convolution.in),
        height_(height),
        columns_(columns),
        top_(convolution.padding[0]),
        left_(convolution.padding[1]),
        channels_(padded_channels(convolution.in)),
        row_bytes_((columns + 2 * left_) * channels_),
        size_((height + 2 * top_) * row_bytes_),
        bytes_(std::make_unique_for_overwrite<uint8_t[]>(static_cast<std::size_t>(size_))) {
    // What lies around the maps; where channels are filled up, all of it.
    if (channels_ != in_) {
      std::fill_n(bytes_.get(), size_, uint8_t{0});
      return;
    }
    std::fill_n(bytes_.get(), top_ * row_bytes_, uint8_t{0});
    std::fill_n(bytes_.get() + size_ - top_ * row_bytes_, top_ * row_bytes_, uint8_t{0});
    for (int64_t y = top_; y < top_ + height_; ++y) {
      uint8_t* const row = bytes_.get() + y * row_bytes_;
      std::fill_n(row, left_ * channels_, uint8_t{0});
      std::fill_n(row + row_bytes_ - left_ * channels_, left_ * channels_, uint8_t{0});
    }
  }

  int64_t pixel_bytes() const { return channels_; }
  int64_t row_bytes() const { return row_bytes_; }
  const uint8_t* row(int64_t y) const { return bytes_.get() + y * row_bytes_; }  // counted with the padding

  // Returns what a byte stands for.
  float fill(const float* maps) {
    const float most = largest(maps, height_ * columns_ * in_);
    const float factor = most > 0 ? 255 / most : 0;
    for (int64_t y = 0; y < height_; ++y) {
      uint8_t* const to = bytes_.get() + (y + top_) * row_bytes_ + left_ * channels_;
      const float* const from = maps + y * columns_ * in_;
      if (channels_ == in_) {
        to_bytes(from, columns_ * in_, factor, 0, to);
      } else {
        for (int64_t x = 0; x < columns_; ++x) to_bytes(from + x * in_, in_, factor, 0, to + x * channels_);
      }
    }
    return most / 255;
  }

 private:
  int64_t in_, height_, columns_, top_, left_, channels_, row_bytes_, size_;
  std::unique_ptr<uint8_t[]> bytes_;
};

}  // namespace

Int8Convolution make_int8_convolution(const at::Tensor& weight, const at::Tensor& bias,
                                      std::array<int64_t, 2> stride, std::array<int64_t, 2> padding) {
  TORCH_CHECK(weight.dim() == 4, "int8_convolution: weight should be (out, in, height, width), got ",
              weight.sizes());
  Int8Convolution made;
  made.out = weight.size(0), made.in = weight.size(1);
  made.kernel = {weight.size(2), weight.size(3)}, made.stride = stride, made.padding = padding;
  const at::Tensor taps =
      at::constant_pad_nd(weight.detach().permute({0, 2, 3, 1}), {0, padded_channels(made.in) - made.in});
  Int8Weights weights = make_int8_weights(taps.reshape({made.out, -1}));
  made.weights = weights.values, made.scales = weights.scales;
  made.bias = pad_columns(bias, made.out);
  return made;
}

at::Tensor int8_convolution(const Int8Convolution& convolution, const at::Tensor& maps_in,
                            const at::Tensor& widths, const at::Tensor& skip_in, bool relu) {
  TORCH_CHECK(maps_in.dim() == 4 && maps_in.size(1) == convolution.in && maps_in.is_cpu(),
              "int8_convolution: maps should be (batch, ", convolution.in,
              ", height, columns) on the CPU, got ", maps_in.sizes());
  const at::Tensor maps = maps_in.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
  const int64_t batch = maps.size(0), height = maps.size(2), columns = maps.size(3), in = convolution.in,
                out = convolution.out;
  const auto out_size = [&](int d, int64_t size) {
    return std::max<int64_t>(
        0, (size + 2 * convolution.padding[d] - convolution.kernel[d]) / convolution.stride[d] + 1);
  };
  const int64_t out_height = out_size(0, height), out_columns = out_size(1, columns);
  check_lengths("int8_convolution", widths, batch, out_columns, "widths");
  at::Tensor skip;
  if (skip_in.defined()) {
    check_shape("int8_convolution", "skip", skip_in, {batch, out, out_height, out_columns});
    skip = skip_in.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
  }
  at::Tensor result = at::empty({batch, out, out_height, out_columns},
                                maps.options().memory_format(at::MemoryFormat::ChannelsLast));
  float* const to = result.mutable_data_ptr<float>();

  ByteMaps bytes(convolution, height, columns);
  Int8Rows rows;
  rows.runs = convolution.kernel[0];
  rows.run_quads = convolution.kernel[1] * bytes.pixel_bytes() / kBytesAtOnce;
  rows.run_stride = bytes.row_bytes();
  rows.row_stride = convolution.stride[1] * bytes.pixel_bytes();
  rows.weights = convolution.weights.const_data_ptr<int8_t>();
  rows.column_scales = convolution.scales.const_data_ptr<float>();
  rows.bias = convolution.bias.const_data_ptr<float>();
  rows.one_row_scale = true;
  rows.relu = relu;
  rows.columns = out;
  for (int64_t image = 0; image < batch; ++image) {
    const int64_t width = widths.const_data_ptr<int>()[image];
    const float scale = bytes.fill(maps.const_data_ptr<float>() + image * height * columns * in);
    rows.row_scales = &scale;
    rows.rows = width;
    for (int64_t y = 0; y < out_height; ++y) {
      const int64_t at = (image * out_height + y) * out_columns * out;
      rows.bytes = bytes.row(y * convolution.stride[0]);
      rows.skip = skip.defined() ? skip.const_data_ptr<float>() + at : nullptr;
      int8_rows(rows, to + at);
      std::fill(to + at + width * out, to + at + out_columns * out, 0.0F);
    }
  }
  return result;
}

}  // namespace ocrbatch::kernels
