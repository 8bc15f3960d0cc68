#include "kernels/convolution_epilogue_on_cuda.h"

#include <ATen/ATen.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "kernels/convolution_epilogue_cuda.h"
#include "kernels/number_type_of.h"

namespace ocrbatch::kernels {

void convolution_epilogue_on_cuda(const ConvolutionEpilogueInputs& in) {
  const c10::cuda::CUDAGuard guard(in.maps.device());
  const at::Tensor bias = in.bias.defined() ? in.bias.to(at::kFloat).contiguous() : at::Tensor();
  EpilogueArrays<void> arrays;
  arrays.batch = in.maps.size(0);
  arrays.channels = static_cast<int>(in.maps.size(1)), arrays.rows = static_cast<int>(in.maps.size(2));
  arrays.columns = static_cast<int>(in.maps.size(3));
  arrays.relu = in.relu;
  arrays.maps = in.maps.mutable_data_ptr();
  if (in.skip.defined()) arrays.skip = in.skip.const_data_ptr();
  if (bias.defined()) arrays.bias = bias.const_data_ptr<float>();
  arrays.widths = in.widths.const_data_ptr<int>();
  convolution_epilogue_cuda(number_type_of("convolution_epilogue", in.maps), arrays,
                            c10::cuda::getCurrentCUDAStream(in.maps.device().index()).stream());
}

}  // namespace ocrbatch::kernels
