#include "recognizer/train/global_batch.h"

#include <torch/torch.h>

namespace ocrbatch::recognizer {
namespace {

// Numbers that are summed in one message: enough to hide its latency, little enough to copy without need of
// much memory.
constexpr std::int64_t kBucketNumbers = 4 << 20;

void sum_bucket(std::vector<torch::Tensor>& gradients, ProcessGroup& processes) {
  if (gradients.empty()) return;
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& gradient : gradients) flat.push_back(gradient.flatten());
  torch::Tensor bucket = torch::cat(flat);
  processes.sum(bucket);
  std::int64_t begin = 0;
  for (torch::Tensor& gradient : gradients) {
    gradient.copy_(bucket.slice(0, begin, begin + gradient.numel()).view(gradient.sizes()));
    begin += gradient.numel();
  }
  gradients.clear();
}

}  // namespace

GlobalBatch join_batches(LabeledBatch& here, std::size_t left_out, int height_px, ProcessGroup& processes) {
  const std::uint64_t lines = here.lines.size();
  if (processes.size() == 1) return {lines, left_out, 1};
  torch::Tensor counts =
      torch::tensor({static_cast<std::int64_t>(lines), static_cast<std::int64_t>(left_out)}, torch::kLong);
  processes.sum(counts);
  GlobalBatch all;
  all.lines = static_cast<std::uint64_t>(counts[0].item<std::int64_t>());
  all.left_out = static_cast<std::uint64_t>(counts[1].item<std::int64_t>());
  const std::int64_t columns = processes.max(lines > 0 ? here.pixels.images.size(3) : 0);
  if (all.lines == 0) return all;
  all.share = static_cast<double>(lines) / static_cast<double>(all.lines);
  if (lines == 0) {
    here.pixels.images = torch::zeros({1, 1, height_px, columns});
    here.pixels.widths = torch::full({1}, columns, torch::kInt);
    here.targets = {{1}};
  } else {
    here.pixels.images =
        torch::constant_pad_nd(here.pixels.images, {0, columns - here.pixels.images.size(3)});
  }
  return all;
}

void sum_gradients(const std::vector<torch::Tensor>& parameters, ProcessGroup& processes) {
  if (processes.size() == 1) return;
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  std::int64_t numbers = 0;
  for (const torch::Tensor& parameter : parameters) {
    if (!parameter.grad().defined()) continue;
    gradients.push_back(parameter.grad());
    numbers += parameter.numel();
    if (numbers < kBucketNumbers) continue;
    sum_bucket(gradients, processes);
    numbers = 0;
  }
  sum_bucket(gradients, processes);
}

}  // namespace ocrbatch::recognizer
