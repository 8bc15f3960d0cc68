#include "recognizer/recognizer.h"

#include <algorithm>
#include <limits>
#include <sstream>

#include "recognizer/device_fallback.h"
#include "recognizer/device_name.h"
#include "recognizer/hypothesis.h"
#include "recognizer/language/ngram_model.h"
#include "recognizer/model_folder.h"
#include "recognizer/network_reader.h"
#include "recognizer/sha256.h"

namespace ocrbatch::recognizer {
namespace {

std::unique_ptr<const NgramModel> open_language_model(const LoadedModel& model,
                                                      const RecognizerOptions& options) {
  const LanguageModelUse use = options.language_model;
  if (use == LanguageModelUse::kOff || options.beam_width == 1) return nullptr;
  if (model.language_model)
    return NgramModel::open(model.info.folder / model.language_model->file, model.config.alphabet);
  if (use == LanguageModelUse::kOn)
    throw ModelError(model.info.folder.string() + ": has no language model (`ocrbatch ngram` makes one)");
  return nullptr;
}

Decoding decoding_of(const LoadedModel& model, const RecognizerOptions& options,
                     const NgramModel* language_model) {
  Decoding decoding;
  decoding.beam_width = options.beam_width.value_or(language_model != nullptr ? kBeamWithLanguageModel : 1);
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
  const ConfidenceCalibration& confidence = model.confidence.of_beam(decoding.beam_width);
  if (!confidence.changes_nothing())
    text << ";temperature=" << confidence.temperature << ";offset=" << confidence.offset;
  return text.str();
}

std::unique_ptr<NetworkReader> make_reader(std::shared_ptr<LineNetwork> network, int height_px,
                                           torch::Device device) {
  return device.is_cpu() ? read_on_cpu(std::move(network), height_px)
                         : read_on_device(std::move(network), height_px, device);
}

class NetworkRecognizer : public Recognizer {
 public:
  NetworkRecognizer(LoadedModel model, const std::vector<torch::Device>& devices, std::string unused_device,
                    const RecognizerOptions& options)
      : unused_device_(std::move(unused_device)),
        model_(std::move(model)),
        language_model_(open_language_model(model_, options)),
        decoding_(decoding_of(model_, options, language_model_.get())) {
    model_.info.decoding = describe_decoding(decoding_, model_);
    model_.info.confidence = model_.confidence.of_beam(decoding_.beam_width);
    for (const torch::Device device : devices) {
      std::shared_ptr<LineNetwork> network =
          readers_.empty() ? std::move(model_.network) : load_model(model_.info.folder).network;
      readers_.push_back(make_reader(std::move(network), model_.config.img_height, device));
      if (!device.is_cpu()) devices_.push_back(device.str());
    }
  }

  const ModelInfo& info() const override { return model_.info; }
  std::vector<std::string> devices() const override { return devices_; }
  std::string unused_device() const override { return unused_device_; }

  int width_bucket(int width_px) const override { return readers_.front()->width_bucket(width_px); }

  // Of the device that takes the least.
  int batch_size(int bucket) const override {
    int lines = std::numeric_limits<int>::max();
    for (const auto& reader : readers_) lines = std::min(lines, reader->batch_size(bucket));
    return lines;
  }

  std::vector<Hypothesis> recognize(std::span<const cv::Mat> lines) const override {
    return recognize_on(0, lines, nullptr);
  }

  std::vector<Hypothesis> recognize_on(std::size_t device, std::span<const cv::Mat> lines,
                                       DeviceClock* busy) const override {
    std::vector<Hypothesis> hypotheses;
    if (lines.empty()) return hypotheses;
    for (const std::vector<ReadLabel>& labels : readers_.at(device)->read(lines, decoding_, busy))
      hypotheses.push_back(to_hypothesis(labels, model_.config.alphabet, model_.config.img_height));
    return hypotheses;
  }

 private:
  std::string unused_device_;
  LoadedModel model_;  // without its network, which is a reader's
  std::unique_ptr<const NgramModel> language_model_;
  Decoding decoding_;
  std::vector<std::unique_ptr<NetworkReader>> readers_;  // a device each, or the CPU's
  std::vector<std::string> devices_;
};

}  // namespace

std::unique_ptr<Recognizer> load_recognizer(const std::filesystem::path& folder,
                                            const RecognizerOptions& options) {
  return open_on_devices(options.device, cuda_support(),
                         [&](const std::vector<torch::Device>& devices, const std::string& unused_device) {
                           return std::make_unique<NetworkRecognizer>(load_model(folder), devices,
                                                                      unused_device, options);
                         });
}

ModelInfo describe_recognizer(const std::filesystem::path& folder, const RecognizerOptions& options) {
  require_device(options.device);
  LoadedModel model = describe_model(folder);
  const auto language_model = open_language_model(model, options);
  const Decoding decoding = decoding_of(model, options, language_model.get());
  model.info.decoding = describe_decoding(decoding, model);
  model.info.confidence = model.confidence.of_beam(decoding.beam_width);
  return model.info;
}

}  // namespace ocrbatch::recognizer
