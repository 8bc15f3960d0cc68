#include "recognizer/recognizer.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <sstream>

#include "recognizer/batch_shape.h"
#include "recognizer/device.h"
#include "recognizer/device_name.h"
#include "recognizer/hypothesis.h"
#include "recognizer/language/ngram_model.h"
#include "recognizer/line_batch.h"
#include "recognizer/model_folder.h"
#include "recognizer/sha256.h"

namespace ocrbatch::recognizer {
namespace {

std::unique_ptr<const NgramModel> open_language_model(const LoadedModel& model,
                                                      const RecognizerOptions& options) {
  const LanguageModelUse use = options.language_model;
  if (use == LanguageModelUse::kOff || options.beam_width <= 1) return nullptr;
  if (model.language_model)
    return NgramModel::open(model.info.folder / model.language_model->file, model.config.alphabet);
  if (use == LanguageModelUse::kOn)
    throw ModelError(model.info.folder.string() + ": has no language model (`ocrbatch ngram` makes one)");
  return nullptr;
}

Decoding decoding_of(const LoadedModel& model, const RecognizerOptions& options,
                     const NgramModel* language_model) {
  Decoding decoding;
  decoding.beam_width = options.beam_width;
  if (language_model == nullptr) return decoding;
  decoding.language_model = language_model;
  decoding.language_weight =
      static_cast<float>(options.language_weight.value_or(model.language_model->weight));
  decoding.length_bonus =
      static_cast<float>(options.length_bonus.value_or(model.language_model->length_bonus));
  return decoding;
}

std::string describe_decoding(const Decoding& decoding, const LoadedModel& model) {
  std::ostringstream text;
  text << "beam=" << decoding.beam_width;
  if (decoding.language_model != nullptr) {
    text << ";language_model=" << sha256_of_file(model.info.folder / model.language_model->file)
         << ";language_weight=" << decoding.language_weight << ";length_bonus=" << decoding.length_bonus;
  }
  return text.str();
}

class NetworkRecognizer : public Recognizer {
 public:
  NetworkRecognizer(LoadedModel model, const RecognizerOptions& options)
      : device_(choose_device(options.device)),
        bfloat16_(has_bfloat16(options.device)),
        batches_(device_.is_cuda() ? kCudaBatches : kCpuBatches),
        model_(std::move(model)),
        language_model_(open_language_model(model_, options)),
        decoding_(decoding_of(model_, options, language_model_.get())) {
    model_.info.decoding = describe_decoding(decoding_, model_);
    // First there, as folded weights are tensors of their own.
    model_.network->to(device_);
    model_.network->prepare_for_inference(bfloat16_);
  }

  const ModelInfo& info() const override { return model_.info; }

  int width_bucket(int width_px) const override { return batches_.bucket(width_px); }

  int batch_size(int bucket) const override {
    return lines_within(batches_.budget_px, bucket, model_.config.img_height);
  }

  std::vector<std::string> devices() const override {
    return device_.is_cpu() ? std::vector<std::string>() : std::vector{device_.str()};
  }

  std::vector<Hypothesis> recognize(std::span<const cv::Mat> lines) const override {
    if (lines.empty()) return {};
    // OpenMP's thread count is a setting of each thread; the pipeline runs one batch a thread.
    thread_local const bool single = (at::set_num_threads(1), true);
    static_cast<void>(single);
    const c10::InferenceMode inference;
    int widest = 0;
    for (const cv::Mat& line : lines) widest = std::max(widest, line.cols);
    const int bucket = width_bucket(widest);
    const bool needs_company = lines.size() == 1 && !bfloat16_ && bucket <= kNarrowPx;
    const std::vector<cv::Mat> pair(needs_company ? 2 : 0, lines.front());
    const LineBatch batch = make_line_batch(needs_company ? std::span(pair) : lines, bucket);
    const torch::Tensor encoded = model_.network->forward(batch.images.to(device_), batch.widths);
    std::vector<Hypothesis> hypotheses;
    for (const auto& labels : model_.network->read(encoded, batch.widths, decoding_)) {
      if (hypotheses.size() < lines.size())
        hypotheses.push_back(to_hypothesis(labels, model_.config.alphabet));
    }
    return hypotheses;
  }

 private:
  // In float32, LibTorch convolves single images of up to 20,480 values by another algorithm than several,
  // with other last digits: a narrow line by itself is read together with a copy of itself.
  static constexpr int kNarrowPx = 640;

  torch::Device device_;
  bool bfloat16_;
  BatchShape batches_;
  LoadedModel model_;
  std::unique_ptr<const NgramModel> language_model_;
  Decoding decoding_;
};

}  // namespace

std::unique_ptr<Recognizer> load_recognizer(const std::filesystem::path& folder,
                                            const RecognizerOptions& options) {
  return std::make_unique<NetworkRecognizer>(load_model(folder), options);
}

ModelInfo describe_recognizer(const std::filesystem::path& folder, const RecognizerOptions& options) {
  require_device(options.device);
  LoadedModel model = describe_model(folder);
  const auto language_model = open_language_model(model, options);
  model.info.decoding = describe_decoding(decoding_of(model, options, language_model.get()), model);
  return model.info;
}

}  // namespace ocrbatch::recognizer
