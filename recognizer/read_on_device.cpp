#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/torch.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>

#include "recognizer/batch_shape.h"
#include "recognizer/device.h"
#include "recognizer/device_budget.h"
#include "recognizer/line_batch.h"
#include "recognizer/network_reader.h"
#include "recognizer/recognizer.h"
#include "recognizer/stream_pool.h"

namespace ocrbatch::recognizer {
namespace {

class DeviceReader : public NetworkReader {
 public:
  DeviceReader(std::shared_ptr<LineNetwork> network, int height_px, torch::Device device)
      : network_(std::move(network)), height_px_(height_px), device_(device), streams_(device) {
    try {
      // First there, as folded weights are tensors of their own.
      network_->to(device_);
      network_->prepare_for_inference(fast_arithmetic(device_));
      // Batches are read on other streams than the one on which the weights have just been made.
      if (device_.is_cuda()) torch::cuda::synchronize(device_.index());
      // A device that cannot compute the network says so now, and not once for each line.
      const cv::Mat blank(height_px_, width_bucket(1), CV_8UC1, cv::Scalar(255));
      read_part(std::span(&blank, 1), blank.cols, {});
    } catch (const c10::Error& error) {
      throw unusable(error.what_without_backtrace());
    } catch (const std::runtime_error& error) {  // a kernel's launch
      throw unusable(error.what());
    }
  }

  int width_bucket(int width_px) const override { return kCudaBatches.bucket(width_px); }
  int batch_size(int bucket_px) const override {
    return lines_within(budget_.pixels(), bucket_px, height_px_);
  }

  std::vector<std::vector<ReadLabel>> read(std::span<const cv::Mat> lines,
                                           const Decoding& decoding) const override {
    const int columns = width_bucket(widest(lines));
    std::vector<std::vector<ReadLabel>> labels;
    try {
      budget_.in_parts(lines, static_cast<std::int64_t>(columns) * height_px_,
                       [&](std::span<const cv::Mat> part) {
                         std::ranges::move(read_part(part, columns, decoding), std::back_inserter(labels));
                       });
    } catch (const c10::OutOfMemoryError&) {
      throw std::runtime_error(device_.str() + " has no memory for a line of " + std::to_string(columns) +
                               " x " + std::to_string(height_px_) + " pixels");
    } catch (const c10::AcceleratorError& error) {
      throw unusable(error.what_without_backtrace());
    }
    return labels;
  }

 private:
  // Pixels go there as they are, a byte each and from memory that the device reads by itself; labels, places
  // and confidences come back.
  std::vector<std::vector<ReadLabel>> read_part(std::span<const cv::Mat> lines, int columns,
                                                const Decoding& decoding) const {
    thread_local const bool single = (at::set_num_threads(1), true);
    static_cast<void>(single);
    const c10::InferenceMode inference;
    const StreamPool::Use stream(streams_);
    const LineBytes batch = make_line_bytes(lines, columns, /*pinned=*/device_.is_cuda());
    const torch::Tensor pixels = batch.pixels.to(device_, torch::kByte, /*non_blocking=*/true);
    return network_->read(network_->forward(ink_of(pixels), batch.widths), batch.widths, decoding);
  }

  DeviceError unusable(const std::string& why) const {
    return DeviceError("device \"" + device_.str() + "\" cannot be used: " + first_sentence(why));
  }

  const std::shared_ptr<LineNetwork> network_;
  const int height_px_;
  const torch::Device device_;
  mutable StreamPool streams_;
  mutable DeviceBudget budget_{kCudaBatches.budget_px};
};

}  // namespace

std::unique_ptr<NetworkReader> read_on_device(std::shared_ptr<LineNetwork> network, int height_px,
                                              torch::Device device) {
  return std::make_unique<DeviceReader>(std::move(network), height_px, device);
}

}  // namespace ocrbatch::recognizer
