#include "kernels/depthwise_convolution_on_cuda.h"

#include <ATen/ATen.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <algorithm>

#include "kernels/depthwise_convolution_cuda.h"
#include "kernels/line_places.h"
#include "kernels/number_type_of.h"
#include "kernels/strided_rows.h"

namespace ocrbatch::kernels {
namespace {

struct ConvolutionOnCuda {
  LineRows lines;
  at::Tensor x, weight, bias, places;
  NumberType type;
  ConvolutionArrays<void> arrays;

  explicit ConvolutionOnCuda(const DepthwiseConvolutionInputs& in)
      : lines("depthwise_convolution", in.x, in.lengths),
        x(rows_of(in.x, in.x.scalar_type())),
        weight(in.weight.to(at::kFloat).contiguous()),
        bias(in.bias.to(at::kFloat).contiguous()),
        places(in.places.defined() ? in.places : line_places(lines, x, in.lengths)),
        type(number_type_of("depthwise_convolution", x)) {
    arrays.batch = lines.batch;
    arrays.steps = lines.steps;
    arrays.channels = x.size(-1);
    arrays.packed = lines.packed;
    arrays.taps = static_cast<int>(weight.size(1));
    arrays.silu = in.silu;
    arrays.last_tap_first = in.window == ConvolutionWindow::kAnticausal;
    arrays.first_offset = std::min(convolution_offset(in.window, 0, arrays.taps),
                                   convolution_offset(in.window, arrays.taps - 1, arrays.taps));
    arrays.x = x.const_data_ptr();
    arrays.x_stride = row_stride(x);
    arrays.weight = weight.const_data_ptr<float>();
    arrays.bias = bias.const_data_ptr<float>();
    arrays.lengths = places.const_data_ptr<int>();
    arrays.first_rows = arrays.lengths + lines.batch;
  }

  at::Tensor empty_like_x() const { return at::empty(x.sizes(), x.options()); }
  void* stream() const { return c10::cuda::getCurrentCUDAStream(x.device().index()).stream(); }
};

}  // namespace

at::Tensor convolve_forward_on_cuda(const DepthwiseConvolutionInputs& in) {
  const c10::cuda::CUDAGuard guard(in.x.device());
  const ConvolutionOnCuda operands(in);
  at::Tensor out = operands.empty_like_x();
  convolve_forward_cuda(operands.type, operands.arrays, out.mutable_data_ptr(), operands.stream());
  return out;
}

std::vector<at::Tensor> convolve_backward_on_cuda(const DepthwiseConvolutionInputs& in,
                                                  const at::Tensor& grad_out) {
  const c10::cuda::CUDAGuard guard(in.x.device());
  const ConvolutionOnCuda operands(in);
  const ConvolutionArrays<void>& arrays = operands.arrays;
  const at::Tensor grad = grad_out.to(operands.x.scalar_type()).contiguous();
  at::Tensor grad_x = operands.empty_like_x();
  at::Tensor grad_shared =
      at::empty({arrays.batch * arrays.parts(), arrays.taps + 1, arrays.channels}, operands.weight.options());
  convolve_backward_cuda(operands.type, arrays, grad.const_data_ptr(), grad_x.mutable_data_ptr(),
                         grad_shared.mutable_data_ptr<float>(), operands.stream());
  const at::Tensor shared = grad_shared.sum(0);
  return {grad_x, shared.slice(0, 0, arrays.taps).t().to(in.weight.scalar_type()),
          shared[arrays.taps].to(in.bias.scalar_type())};
}

}  // namespace ocrbatch::kernels
