// A trained recognizer as the pipeline sees it: prepared line images in, text with positions and confidences
// out. No LibTorch type crosses this header, so whoever includes it compiles fast.
#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/line_preparation.h"
#include "recognizer/confidence.h"
#include "recognizer/device_clock.h"

namespace ocrbatch::recognizer {

// The model folder is missing or does not fit; names the file or tensor. Ends the run with exit status 5.
class ModelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The device asked for cannot be used. Ends the run with exit status 6.
class DeviceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Character {
  std::string text;            // UTF-8, one label of the alphabet (a space for a word gap)
  float x0_px = 0, x1_px = 0;  // columns of the prepared line that this character covers
  float confidence = 0;        // 0-1
  float agreement = 1;         // share of the decoder's other readings that have it, too: 0-1
};

struct Hypothesis {
  std::vector<Character> characters;
  std::string text() const;
  // Of the whole string: the product of its characters'.
  double probability() const;
};

struct ModelInfo {
  std::string name;          // the folder's name
  std::string architecture;  // "mamba_ctc", ...
  std::string sha256;        // of weights.safetensors
  std::filesystem::path folder;
  kernels::LinePreparation line_preparation;  // how lines must be prepared for it
  std::int64_t parameters = 0;
  std::size_t alphabet_size = 0;
  std::vector<std::string> alphabet;  // labels, UTF-8
  // Of a recognizer that is loaded or described: all that can change what it reads or how sure it is.
  std::string decoding;
  ConfidenceCalibration confidence;  // likewise: makes words' confidences mean what they say
};

enum class LanguageModelUse { kAuto, kOn, kOff };  // kAuto: where the model has one and the beam is not 1

// Batches that a device has at once: while one is computed, the next one's lines are copied.
inline constexpr int kBatchesADevice = 2;

struct RecognizerOptions {
  std::string device = "auto";  // "auto", "cpu", "cuda", "cuda:N" or "cuda:N,M,..."
  // Hypotheses kept while decoding; 1: greedy, which leaves no choice to a language model. Unset: 8 with a
  // language model, else 1.
  std::optional<int> beam_width = {};
  LanguageModelUse language_model = LanguageModelUse::kAuto;
  std::optional<double> language_weight = {}, length_bonus = {};  // in place of the model's own, see Decoding
};

class Recognizer {
 public:
  virtual ~Recognizer() = default;
  virtual const ModelInfo& info() const = 0;

  // Lines whose prepared widths share a bucket may be recognized in one batch without work on padding. The
  // bucket is a function of the width alone: a line's result depends on its own pixels, never on its company.
  virtual int width_bucket(int width_px) const = 0;
  // How many lines of a bucket make a batch that uses the device well.
  virtual int batch_size(int bucket) const = 0;

  // What computes in place of the calling thread: "cuda:0", ... Empty where recognize() runs on the calling
  // thread alone.
  virtual std::vector<std::string> devices() const { return {}; }
  // With the device "auto", why a CUDA device that is there is not among them; else empty.
  virtual std::string unused_device() const { return {}; }

  // CV_8UC1 images of info().line_preparation.height_px rows, all of one width bucket. Thread-safe. Results
  // are in the order of the lines.
  virtual std::vector<Hypothesis> recognize(std::span<const cv::Mat> lines) const = 0;
  // The same on devices()[device], for which the calling thread waits. `busy`, where given, runs as long as
  // the device has the lines, without what the CPU does before and after.
  virtual std::vector<Hypothesis> recognize_on(std::size_t device, std::span<const cv::Mat> lines,
                                               DeviceClock* busy = nullptr) const {
    return recognize(lines);
  }
};

// Throws ModelError or DeviceError.
std::unique_ptr<Recognizer> load_recognizer(const std::filesystem::path& model_folder,
                                            const RecognizerOptions& options);

// What load_recognizer(...)->info() says but for `parameters`, without loading the weights: for those who
// only want to know whether anything has changed. Throws as it does.
ModelInfo describe_recognizer(const std::filesystem::path& model_folder, const RecognizerOptions& options);

// Reads model.json and checks that the weights file is there, without loading it. Throws ModelError.
ModelInfo read_model_info(const std::filesystem::path& model_folder);

}  // namespace ocrbatch::recognizer
