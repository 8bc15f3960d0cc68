#include "recognizer/layers/batch_norm.h"

#include <torch/torch.h>

namespace ocrbatch::recognizer {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

thread_local c10::intrusive_ptr<SharedBatch> shared_batch;

struct Statistics {
  Tensor mean, variance;  // (C) float32, of the values of all processes
  double count = 0;       // values a channel
};

Statistics statistics_of(const Tensor& maps, const SharedBatch& batch) {
  const auto [variance, mean] =
      at::var_mean(maps.to(torch::kFloat), at::IntArrayRef{0, 2, 3}, /*unbiased=*/false);
  // Sums and sums of squares in double: their difference cancels, and in float32 would leave no variance.
  const Tensor mean64 = mean.to(torch::kDouble);
  const double here = batch.counts ? static_cast<double>(maps.numel() / maps.size(1)) : 0;
  Tensor sums = torch::cat({mean64 * here, (variance.to(torch::kDouble) + mean64 * mean64) * here,
                            torch::full({1}, here, torch::kDouble)});
  batch.sum(sums);
  const int64_t channels = maps.size(1);
  Statistics all;
  all.count = sums[2 * channels].item<double>();
  const Tensor mean_of_all = sums.slice(0, 0, channels) / all.count;
  const Tensor square = sums.slice(0, channels, 2 * channels) / all.count;
  all.mean = mean_of_all.to(torch::kFloat);
  all.variance = (square - mean_of_all * mean_of_all).clamp_min(0).to(torch::kFloat);
  return all;
}

Tensor by_channel(const Tensor& numbers) {
  return numbers.view({1, -1, 1, 1});
}

// With the statistics given, LibTorch's batch norm for evaluation does the rest; backward adds what the
// statistics themselves depend on. With xhat = (x - mean) / deviation and the means over all processes:
//   dx = weight / deviation * (dy - mean(dy) - xhat * mean(dy * xhat))
class SharedBatchNorm : public torch::autograd::Function<SharedBatchNorm> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& maps, const Tensor& weight,
                        const Tensor& bias, const Statistics& statistics, double eps,
                        c10::intrusive_ptr<SharedBatch> batch) {
    context->save_for_backward({maps, weight, statistics.mean, statistics.variance});
    context->saved_data["count"] = statistics.count;
    context->saved_data["eps"] = eps;
    context->saved_data["batch"] = c10::IValue::make_capsule(std::move(batch));
    return std::get<0>(at::native_batch_norm(maps, weight, bias, statistics.mean, statistics.variance,
                                             /*training=*/false, /*momentum=*/0, eps));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &maps = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    const double eps = context->saved_data["eps"].toDouble();
    const auto batch =
        c10::static_intrusive_pointer_cast<SharedBatch>(context->saved_data["batch"].toCapsule());
    auto [dx, dweight, dbias] =
        at::native_batch_norm_backward(gradients[0].to(maps.scalar_type()), maps, weight, mean, variance, {},
                                       {}, /*train=*/false, eps, {!batch->counts, true, true});
    Tensor sums = torch::cat({dbias.to(torch::kFloat), dweight.to(torch::kFloat)});
    batch->sum(sums);
    if (batch->counts) {
      const Tensor means = sums / context->saved_data["count"].toDouble();
      const Tensor deviation = torch::sqrt(variance + eps);
      // All but the last factor together, as LibTorch does: little is left of large numbers where a channel
      // hardly varies.
      const Tensor along =
          (maps - by_channel(mean)).mul_(by_channel(means.slice(0, mean.size(0)) / deviation));
      dx = (gradients[0] - by_channel(means.slice(0, 0, mean.size(0))) - along)
               .mul_(by_channel(weight / deviation))
               .to(maps.scalar_type());
    }
    return {dx, dweight, dbias, {}, {}, {}};
  }
};

void update_running(torch::nn::BatchNorm2d& norm, const Statistics& statistics) {
  const torch::NoGradGuard no_grad;
  const double momentum = norm->options.momentum().value();
  norm->num_batches_tracked += 1;
  norm->running_mean.lerp_(statistics.mean, momentum);
  norm->running_var.lerp_(statistics.variance * (statistics.count / std::max(1.0, statistics.count - 1)),
                          momentum);
}

}  // namespace

SharedBatchScope::SharedBatchScope(c10::intrusive_ptr<SharedBatch> batch) {
  shared_batch = std::move(batch);
}

SharedBatchScope::~SharedBatchScope() {
  shared_batch.reset();
}

torch::Tensor batch_norm(torch::nn::BatchNorm2d& norm, const torch::Tensor& maps) {
  if (!shared_batch || !norm->is_training()) return norm->forward(maps);
  const Statistics statistics = statistics_of(maps.detach(), *shared_batch);
  update_running(norm, statistics);
  return SharedBatchNorm::apply(maps, norm->weight, norm->bias, statistics, norm->options.eps(),
                                shared_batch);
}

}  // namespace ocrbatch::recognizer
