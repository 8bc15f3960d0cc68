#include "recognizer/recognizer.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>

#include "recognizer/hypothesis.h"
#include "recognizer/line_batch.h"
#include "recognizer/model_folder.h"

namespace ocrbatch::recognizer {
namespace {

// Buckets are fine where lines are short, so that little work is spent on padding, and coarser where they are
// long, so that batches fill.
constexpr int kFineBucketPx = 64, kCoarseBucketPx = 128, kFineUpToPx = 1024;
// Columns of a CPU batch: wide enough for matrix products, small enough that a stage's activations stay in
// the cache.
constexpr int kBatchColumns = 2560;

class CpuRecognizer : public Recognizer {
 public:
  explicit CpuRecognizer(LoadedModel model) : model_(std::move(model)) {
    model_.network->prepare_for_inference(/*bfloat16=*/__builtin_cpu_supports("avx512bf16") != 0);
  }

  const ModelInfo& info() const override { return model_.info; }

  int width_bucket(int width_px) const override {
    const int step = width_px <= kFineUpToPx ? kFineBucketPx : kCoarseBucketPx;
    return std::max(kFineBucketPx, (width_px + step - 1) / step * step);
  }

  int batch_size(int bucket) const override { return std::max(1, kBatchColumns / bucket); }

  std::vector<Hypothesis> recognize(std::span<const cv::Mat> lines) const override {
    if (lines.empty()) return {};
    // OpenMP's thread count is a setting of each thread; the pipeline runs one batch a thread.
    thread_local const bool single = (at::set_num_threads(1), true);
    static_cast<void>(single);
    const c10::InferenceMode inference;
    std::vector<int> widths;
    for (const cv::Mat& line : lines) widths.push_back(line.cols);
    const LineBatch batch =
        make_line_batch(lines, width_bucket(*std::max_element(widths.begin(), widths.end())));
    const torch::Tensor encoded = model_.network->forward(batch.images, batch.widths);
    std::vector<Hypothesis> hypotheses;
    for (const auto& labels : model_.network->read(encoded, batch.widths, Decoding{})) {
      hypotheses.push_back(to_hypothesis(labels, model_.config.alphabet));
    }
    return hypotheses;
  }

 private:
  LoadedModel model_;
};

}  // namespace

std::unique_ptr<Recognizer> load_recognizer(const std::filesystem::path& folder, const std::string& device) {
  if (device != "auto" && device != "cpu")
    throw DeviceError("device \"" + device + "\" is not available: this build has no CUDA");
  return std::make_unique<CpuRecognizer>(load_model(folder));
}

}  // namespace ocrbatch::recognizer
