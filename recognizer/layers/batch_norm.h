// Batch norm, over the lines of this process or over those of all processes that share a batch.
#pragma once

#include <torch/nn.h>

#include <functional>

namespace ocrbatch::recognizer {

// This process's part of a batch.
struct SharedBatch : torch::CustomClassHolder {
  std::function<void(torch::Tensor&)> sum;  // replaces numbers by their sums over the processes
  bool counts =
      true;  // false: the lines here only stand in for missing ones and must not change the statistics
};

// While it lives, batch norms in training mode that are run on this thread use the statistics of the whole
// batch. Their order must be the same in all processes; backward() may follow after its end.
class SharedBatchScope {
 public:
  explicit SharedBatchScope(c10::intrusive_ptr<SharedBatch> batch);  // null: the lines here are the batch
  ~SharedBatchScope();
  SharedBatchScope(const SharedBatchScope&) = delete;
  SharedBatchScope& operator=(const SharedBatchScope&) = delete;
};

// maps (batch, C, H, W), of one H and W in all processes; the result has their type. All batch norms of the
// networks go through here.
torch::Tensor batch_norm(torch::nn::BatchNorm2d& norm, const torch::Tensor& maps);

}  // namespace ocrbatch::recognizer
