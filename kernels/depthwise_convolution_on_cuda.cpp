#include "kernels/depthwise_convolution_on_cuda.h"

#include <ATen/ATen.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "kernels/depthwise_convolution_cuda.h"
#include "kernels/line_rows.h"

namespace ocrbatch::kernels {
namespace {

struct ConvolutionOnCuda {
  LineRows lines;
  at::Tensor x, weight, bias, lengths, first_rows;
  ConvolutionArrays arrays;

  explicit ConvolutionOnCuda(const DepthwiseConvolutionInputs& in)
      : lines("depthwise_convolution", in.x, in.lengths),
        x(in.x.to(at::kFloat).contiguous()),
        weight(in.weight.to(at::kFloat).contiguous()),
        bias(in.bias.to(at::kFloat).contiguous()),
        lengths(in.lengths.to(x.device())),
        first_rows(at::tensor(lines.first, at::kInt).to(x.device())) {
    arrays.batch = lines.batch;
    arrays.steps = lines.steps;
    arrays.channels = x.size(-1);
    arrays.packed = lines.packed;
    arrays.taps = static_cast<int>(weight.size(1));
    arrays.silu = in.silu;
    for (int k = 0; k < arrays.taps; ++k) arrays.offsets[k] = convolution_offset(in.window, k, arrays.taps);
    arrays.x = x.const_data_ptr<float>();
    arrays.weight = weight.const_data_ptr<float>();
    arrays.bias = bias.const_data_ptr<float>();
    arrays.lengths = lengths.const_data_ptr<int>();
    arrays.first_rows = first_rows.const_data_ptr<int>();
  }

  void* stream() const { return c10::cuda::getCurrentCUDAStream(x.device().index()).stream(); }
};

}  // namespace

at::Tensor convolve_forward_on_cuda(const DepthwiseConvolutionInputs& in) {
  const c10::cuda::CUDAGuard guard(in.x.device());
  const ConvolutionOnCuda operands(in);
  at::Tensor out = at::empty_like(operands.x);
  convolve_forward_cuda(operands.arrays, out.mutable_data_ptr<float>(), operands.stream());
  return out.to(in.x.scalar_type());
}

std::vector<at::Tensor> convolve_backward_on_cuda(const DepthwiseConvolutionInputs& in,
                                                  const at::Tensor& grad_out) {
  const c10::cuda::CUDAGuard guard(in.x.device());
  const ConvolutionOnCuda operands(in);
  const at::Tensor grad = grad_out.to(at::kFloat).contiguous();
  const int64_t batch = operands.arrays.batch, channels = operands.arrays.channels;
  at::Tensor grad_x = at::zeros_like(operands.x);
  at::Tensor grad_weight = at::zeros({batch, channels, operands.arrays.taps}, operands.x.options());
  at::Tensor grad_bias = at::zeros({batch, channels}, operands.x.options());
  convolve_backward_cuda(operands.arrays, grad.const_data_ptr<float>(), grad_x.mutable_data_ptr<float>(),
                         grad_weight.mutable_data_ptr<float>(), grad_bias.mutable_data_ptr<float>(),
                         operands.stream());
  return {grad_x.to(in.x.scalar_type()), grad_weight.sum(0).to(in.weight.scalar_type()),
          grad_bias.sum(0).to(in.bias.scalar_type())};
}

}  // namespace ocrbatch::kernels
