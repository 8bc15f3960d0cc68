#include "kernels/winograd_training.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <tuple>

#include "kernels/winograd_convolution.h"

namespace ocrbatch::kernels {
namespace {

at::Tensor convolve(const at::Tensor& maps, const at::Tensor& weight) {
  const at::Tensor widths = at::full({maps.size(0)}, maps.size(3), at::kInt);
  return winograd_convolution(make_winograd_convolution(weight, {}), maps, widths, {}, /*relu=*/false);
}

class WinogradFunction : public torch::autograd::Function<WinogradFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& maps,
                            const at::Tensor& weight) {
    context->save_for_backward({maps, weight});
    return convolve(maps, weight);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &maps = saved[0], &weight = saved[1];
    const at::Tensor grad = grads[0].contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor grad_maps, grad_weight;
    if (context->needs_input_grad(0)) grad_maps = convolve(grad, weight.flip({2, 3}).transpose(0, 1));
    if (context->needs_input_grad(1)) {
      grad_weight = std::get<1>(at::convolution_backward(grad, maps, weight, at::OptionalIntArrayRef(),
                                                         {1, 1}, {1, 1}, {1, 1}, /*transposed=*/false, {0, 0},
                                                         /*groups=*/1, {false, true, false}));
    }
    return {grad_maps, grad_weight};
  }
};

}  // namespace

at::Tensor winograd_convolution_in_training(const at::Tensor& maps, const at::Tensor& weight) {
  TORCH_CHECK(weight.dim() == 4 && weight.size(2) == 3 && weight.size(3) == 3,
              "winograd_convolution_in_training: weight should be (out, in, 3, 3), got ", weight.sizes());
  TORCH_CHECK(maps.is_cpu() && maps.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat,
              "winograd_convolution_in_training: maps and weight should be float32 on the CPU");
  return WinogradFunction::apply(maps, weight);
}

}  // namespace ocrbatch::kernels
