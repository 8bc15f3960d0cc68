#include "recognizer/layers/batch_norm.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

namespace ocrbatch::recognizer {
namespace {

struct Results {
  torch::Tensor out, dx, dweight, dbias, mean, variance;
};

// What one process of two computes whose other one holds the very same maps: as one alone does with them
// twice.
Results results(torch::Tensor maps, bool shared) {
  torch::manual_seed(5);
  torch::nn::BatchNorm2d norm(3);
  torch::nn::init::normal_(norm->weight);
  torch::nn::init::normal_(norm->bias);
  maps.set_requires_grad(true);
  torch::Tensor out;
  if (shared) {
    const auto batch = c10::make_intrusive<SharedBatch>();
    batch->sum = [](torch::Tensor& numbers) { numbers.mul_(2); };
    const SharedBatchScope scope(batch);
    out = batch_norm(norm, maps);
  } else {
    out = batch_norm(norm, torch::cat({maps, maps}));
  }
  const torch::Tensor half = out.slice(0, 0, maps.size(0));
  const torch::Tensor slope = torch::linspace(-1, 2, half.numel()).view(half.sizes());
  ((shared ? half : out.slice(0, maps.size(0)) + half) * slope).sum().backward();
  return {half, maps.grad(), norm->weight.grad(), norm->bias.grad(), norm->running_mean, norm->running_var};
}

TEST(BatchNorm, OverSeveralProcessesIsThatOfAllTheirMaps) {
  torch::manual_seed(3);
  // Far from zero: sums of squares alone would lose the variance.
  const torch::Tensor maps = torch::randn({4, 3, 5, 7}) + 300;
  const Results expected = results(maps.clone(), false), actual = results(maps.clone(), true);
  EXPECT_TRUE(torch::allclose(actual.out, expected.out, 1e-4, 1e-4));
  // The maps come twice in the one run, so it sums their gradients.
  EXPECT_TRUE(torch::allclose(actual.dx * 2, expected.dx, 1e-3, 1e-3));
  EXPECT_TRUE(torch::allclose(actual.dweight * 2, expected.dweight, 1e-3, 1e-3));
  EXPECT_TRUE(torch::allclose(actual.dbias * 2, expected.dbias, 1e-4, 1e-4));
  EXPECT_TRUE(torch::allclose(actual.mean, expected.mean));
  EXPECT_TRUE(torch::allclose(actual.variance, expected.variance, 1e-4));
}

}  // namespace
}  // namespace ocrbatch::recognizer
