#include "recognizer/recorded_forward.h"

#include <torch/torch.h>

namespace ocrbatch::recognizer {

RecordedForward::RecordedForward(LineNetwork& network, torch::Device device, int64_t lines, int height_px,
                                 int columns)
    : pixels_(
          torch::full({lines, 1, height_px, columns}, 255, torch::TensorOptions(device).dtype(torch::kByte))),
      widths_(torch::full({lines}, columns, torch::TensorOptions(device).dtype(torch::kInt))) {
  work_ = record(device, [this, &network] { encoded_ = network.forward(ink_of(pixels_), widths_); });
}

torch::Tensor RecordedForward::operator()(const LineBytes& batch) {
  const int64_t count = batch.pixels.size(0);
  TORCH_CHECK(count <= lines() && batch.pixels.sizes().slice(1) == pixels_.sizes().slice(1), "a batch of ",
              batch.pixels.sizes(), " does not fit into ", pixels_.sizes());
  const torch::Tensor widths =
      torch::zeros({lines()}, torch::TensorOptions(torch::kInt).pinned_memory(pixels_.is_cuda()));
  widths.narrow(0, 0, count).copy_(batch.widths);
  pixels_.narrow(0, 0, count).copy_(batch.pixels, /*non_blocking=*/true);
  widths_.copy_(widths, /*non_blocking=*/true);
  work_->repeat();
  return encoded_.narrow(0, 0, count);
}

}  // namespace ocrbatch::recognizer
