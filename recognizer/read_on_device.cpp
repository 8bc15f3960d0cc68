#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/torch.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>

#include "recognizer/batch_shape.h"
#include "recognizer/device.h"
#include "recognizer/device_budget.h"
#include "recognizer/device_lanes.h"
#include "recognizer/line_batch.h"
#include "recognizer/network_reader.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {
namespace {

class DeviceReader : public NetworkReader {
 public:
  DeviceReader(std::shared_ptr<LineNetwork> network, int height_px, torch::Device device)
      : network_(std::move(network)),
        height_px_(height_px),
        device_(device),
        lanes_(device, kBatchesADevice),
        records_(network_->can_be_recorded()) {
    try {
      // First there, as folded weights are tensors of their own.
      network_->to(device_);
      network_->prepare_for_inference(fast_arithmetic(device_));
      // Batches are read on other streams than the one on which the weights have just been made.
      if (device_.is_cuda()) torch::cuda::synchronize(device_.index());
      // A device that cannot compute the network says so now, and not once for each line.
      const cv::Mat blank(height_px_, width_bucket(1), CV_8UC1, cv::Scalar(255));
      read_part(std::span(&blank, 1), blank.cols, {}, nullptr);
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

  std::vector<std::vector<ReadLabel>> read(std::span<const cv::Mat> lines, const Decoding& decoding,
                                           DeviceClock* busy) const override {
    const int columns = width_bucket(widest(lines));
    std::vector<std::vector<ReadLabel>> labels;
    try {
      budget_.in_parts(
          lines, static_cast<std::int64_t>(columns) * height_px_, [&](std::span<const cv::Mat> part) {
            std::ranges::move(read_part(part, columns, decoding, busy), std::back_inserter(labels));
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
  // Pixels go there as they are, a byte each and from memory that the device reads by itself. What comes back
  // are labels, places and confidences, or for a search on the CPU all that it looks at; the device is free
  // for others then.
  std::vector<std::vector<ReadLabel>> read_part(std::span<const cv::Mat> lines, int columns,
                                                const Decoding& decoding, DeviceClock* busy) const {
    thread_local const bool single = (at::set_num_threads(1), true);
    static_cast<void>(single);
    const c10::InferenceMode inference;
    const LineBytes batch = make_line_bytes(lines, columns, /*pinned=*/device_.is_cuda());
    torch::Tensor encoded;
    {
      const DeviceLanes::Use lane(lanes_);
      std::optional<DeviceClock::Batch> under_way;
      if (busy != nullptr) under_way.emplace(*busy);
      encoded = forward(*lane, batch);
      if (!network_->reads_on_cpu(decoding)) return network_->read(encoded, batch.widths, decoding);
      encoded = to_cpu(encoded);
    }
    return network_->read(encoded, batch.widths, decoding);
  }

  torch::Tensor forward(DeviceLane& lane, const LineBytes& batch) const {
    const auto columns = static_cast<int>(batch.pixels.size(3));
    if (RecordedForward* const recorded = recording_for(lane, batch.pixels.size(0), columns))
      return (*recorded)(batch);
    try {
      return network_->forward(ink_of(batch.pixels.to(device_, torch::kByte, /*non_blocking=*/true)),
                               batch.widths);
    } catch (const c10::OutOfMemoryError&) {
      // Recordings keep memory.
      records_ = false;
      lane.recorded.clear();
      throw;
    }
  }

  // For batches that are nearly as large as the device takes them; null where there is none.
  RecordedForward* recording_for(DeviceLane& lane, int64_t lines, int columns) const {
    const int64_t full = batch_size(columns);
    if (!records_ || lines > full || 4 * lines < 3 * full) return nullptr;
    const auto found = lane.recorded.find(columns);
    if (found != lane.recorded.end()) {
      if (found->second.lines() == full) return &found->second;
      lane.recorded.erase(found);  // the device has been found to take less
    }
    try {
      return &lane.recorded.try_emplace(columns, *network_, device_, full, height_px_, columns).first->second;
    } catch (const std::exception&) {  // LibTorch's or a kernel's launch
      // It takes memory of its own, and may be more than a driver can do: lines are read without, and a
      // device that has failed will say so.
      records_ = false;
      lane.recorded.clear();
      return nullptr;
    }
  }

  torch::Tensor to_cpu(const torch::Tensor& encoded) const {
    if (!device_.is_cuda()) return encoded;
    const torch::Tensor here =
        torch::empty(encoded.sizes(), encoded.options().device(torch::kCPU).pinned_memory(true));
    here.copy_(encoded, /*non_blocking=*/true);
    c10::impl::VirtualGuardImpl(device_.type()).getStream(device_).synchronize();
    return here;
  }

  DeviceError unusable(const std::string& why) const {
    return DeviceError("device \"" + device_.str() + "\" cannot be used: " + first_sentence(why));
  }

  const std::shared_ptr<LineNetwork> network_;
  const int height_px_;
  const torch::Device device_;
  mutable DeviceLanes lanes_;
  mutable std::atomic<bool> records_;
  mutable DeviceBudget budget_{kCudaBatches.budget_px};
};

}  // namespace

std::unique_ptr<NetworkReader> read_on_device(std::shared_ptr<LineNetwork> network, int height_px,
                                              torch::Device device) {
  return std::make_unique<DeviceReader>(std::move(network), height_px, device);
}

}  // namespace ocrbatch::recognizer
