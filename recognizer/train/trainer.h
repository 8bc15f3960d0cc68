// Trains a CTC network on a LineSource.
#pragma once

#include <torch/optim.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "recognizer/error_rates.h"
#include "recognizer/network.h"
#include "recognizer/train/learning_curve.h"
#include "recognizer/train/line_source.h"
#include "recognizer/train/one_cycle.h"
#include "recognizer/train/train.h"
#include "recognizer/train/train_config.h"

namespace ocrbatch::recognizer {

// Usage:
//   Trainer trainer(model_config, train_config, recipe, out_folder);
//   if (resume) trainer.resume();
//   trainer.run(train_lines, validation_lines, events);
// Under out_folder: model/ (best so far on the validation lines, ready for `scan`), checkpoint.safetensors
// (all that
// --resume needs), curve.csv, curve.svg.
class Trainer {
 public:
  // `recipe` is put into the model's provenance as it is.
  Trainer(const ModelConfig& model, const TrainConfig& train, boost::json::object recipe,
          std::filesystem::path out);

  // Starts from a model's weights; labels that both alphabets share keep their rows of the last layer.
  void initialize_from(const std::filesystem::path& model_folder);
  // Continues from out/checkpoint.safetensors. Throws std::runtime_error when there is none or it does not
  // fit.
  void resume();

  void run(const LineSource& train_lines, const LineSource& validation_lines, const TrainEvents& events);

  const CtcNetwork& network() const { return *network_; }

 private:
  struct StepResult {
    double loss = 0;
    std::size_t lines = 0;
  };
  StepResult step(const std::vector<LabeledLine>& lines);
  void update_average();
  struct Validation {
    ErrorRates rates;
    double loss = 0;  // mean over the lines
  };
  Validation validate(const LineSource& lines);
  // Lines of an epoch; 0 where the source is endless and the configuration does not say.
  std::uint64_t lines_per_epoch(const LineSource& lines) const;
  std::int64_t total_steps(const LineSource& lines) const;
  void save_checkpoint() const;
  void save_best(const ErrorRates& rates) const;
  std::filesystem::path checkpoint_file() const { return out_ / "checkpoint.safetensors"; }

  ModelConfig model_config_;
  TrainConfig config_;
  boost::json::object recipe_;
  std::filesystem::path out_;
  std::shared_ptr<CtcNetwork> network_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
  std::map<std::string, torch::Tensor> average_;  // exponential moving average of the state
  std::unique_ptr<LearningCurve> curve_;
  OneCycle schedule_;
  std::int64_t step_ = 0;
  std::uint64_t lines_seen_ = 0, lines_too_short_ = 0;
  double best_cer_ = 1e9;
  int validations_without_gain_ = 0;
  PhaseSeconds phases_;
};

}  // namespace ocrbatch::recognizer
