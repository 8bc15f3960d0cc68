#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>

#include "recognizer/batch_shape.h"
#include "recognizer/device.h"
#include "recognizer/line_batch.h"
#include "recognizer/network_reader.h"

namespace ocrbatch::recognizer {
namespace {

class CpuReader : public NetworkReader {
 public:
  CpuReader(std::shared_ptr<LineNetwork> network, int height_px)
      : network_(std::move(network)), height_px_(height_px), fast_(fast_arithmetic(torch::kCPU)) {
    network_->prepare_for_inference(fast_);
  }

  int width_bucket(int width_px) const override { return kCpuBatches.bucket(width_px); }
  int batch_size(int bucket_px) const override {
    return lines_within(kCpuBatches.budget_px, bucket_px, height_px_);
  }

  std::vector<std::vector<ReadLabel>> read(std::span<const cv::Mat> lines, const Decoding& decoding,
                                           DeviceClock*) const override {
    // OpenMP's thread count is a setting of each thread; the pipeline runs one batch a thread.
    thread_local const bool single = (at::set_num_threads(1), true);
    static_cast<void>(single);
    const c10::InferenceMode inference;
    const int bucket = width_bucket(widest(lines));
    const bool needs_company = lines.size() == 1 && !fast_.bfloat16 && bucket <= kNarrowPx;
    const std::vector<cv::Mat> pair(needs_company ? 2 : 0, lines.front());
    const LineBatch batch = make_line_batch(needs_company ? std::span(pair) : lines, bucket);
    auto labels = network_->read(network_->forward(batch.images, batch.widths), batch.widths, decoding);
    labels.resize(lines.size());
    return labels;
  }

 private:
  // In float32, LibTorch convolves single images of up to 20,480 values by another algorithm than several,
  // with other last digits: a narrow line by itself is read together with a copy of itself.
  static constexpr int kNarrowPx = 640;

  const std::shared_ptr<LineNetwork> network_;
  const int height_px_;
  const FastArithmetic fast_;
};

}  // namespace

std::unique_ptr<NetworkReader> read_on_cpu(std::shared_ptr<LineNetwork> network, int height_px) {
  return std::make_unique<CpuReader>(std::move(network), height_px);
}

}  // namespace ocrbatch::recognizer
