// Trains a network on a LineSource.
#pragma once

#include <torch/optim.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "recognizer/error_rates.h"
#include "recognizer/network.h"
#include "recognizer/safetensors.h"
#include "recognizer/train/learning_curve.h"
#include "recognizer/train/line_source.h"
#include "recognizer/train/loss_scale.h"
#include "recognizer/train/moving_average.h"
#include "recognizer/train/one_cycle.h"
#include "recognizer/train/process_group.h"
#include "recognizer/train/teacher.h"
#include "recognizer/train/train.h"
#include "recognizer/train/train_config.h"
#include "recognizer/train/validation.h"

namespace ocrbatch::recognizer {

// Usage:
//   Trainer trainer(model_config, train_config, recipe, out_folder);
//   if (resume) trainer.resume();
//   trainer.run(train_lines, validation_lines, events);
// Under out_folder: model/ (best so far on the validation lines, ready for `scan`), checkpoint.safetensors
// (all that --resume needs), curve.csv, curve.svg, report.html.
class Trainer {
 public:
  // `recipe` is put into the model's provenance as it is. With several processes, batch_size is that of each,
  // and only the first process validates and writes files. Throws
  // DeviceError for several processes on a CUDA device.
  Trainer(const ModelConfig& model, const TrainConfig& train, boost::json::object recipe,
          std::filesystem::path out,
          std::shared_ptr<ProcessGroup> processes = std::make_shared<ProcessGroup>(),
          torch::Device device = torch::kCPU);

  // Starts from a model's weights; labels that both alphabets share keep their rows of the last layer, and
  // adapters that the model does not have start as they are, without effect.
  void initialize_from(const std::filesystem::path& model_folder);
  // Whose language model the best model gets, where it has one.
  void made_from(const std::filesystem::path& model_folder) { base_ = model_folder; }
  // Learns what that model makes of the lines, too. Throws ModelError, ConfigError.
  void learn_from(const std::filesystem::path& model_folder);
  // Starts the backbone from a file of weights in torchvision's names.
  void initialize_backbone(const std::filesystem::path& safetensors_file);
  // Continues from out/checkpoint.safetensors. Throws ConfigError when there is none or it is of another
  // model, ModelError when it cannot be read.
  void resume();
  // Lines of what the model could read before; measured before the first step and at each validation.
  void watch(const LineSource& base_lines) { base_lines_ = &base_lines; }

  // Gives all processes the state of the first one. Throws PeerError where one has another configuration.
  void share_state();

  void run(const LineSource& train_lines, const LineSource& validation_lines, const TrainEvents& events);

  const LineNetwork& network() const { return *network_; }

 private:
  struct StepResult {
    double loss = 0;
    std::uint64_t lines = 0;  // of all processes
  };
  StepResult step(const std::vector<LabeledLine>& lines, const TrainEvents& events);
  // Gradients of the lines' mean loss, over all processes; returns the loss. `share` of the lines are here.
  double backpropagate(const struct LabeledBatch& batch, double share);
  // Moves the weights, unless a gradient is not finite.
  bool apply_gradients();
  void report_bad_step(const std::vector<LabeledLine>& lines, double loss, const TrainEvents& events);
  Validation validate_average(const LineSource& lines);
  void write_report(const TrainReport& last, std::vector<LineReading> lines) const;
  // Lines of an epoch; 0 where the source is endless and the configuration does not say.
  std::uint64_t lines_per_epoch(const LineSource& lines) const;
  std::int64_t total_steps(const LineSource& lines) const;
  // Lines of a step in all processes.
  int global_batch_size() const { return config_.batch_size * processes_->size(); }
  // Throws PeerError unless all processes train on the same lines.
  void check_agreement(const LineSource& train_lines);
  TensorFile checkpoint() const;
  void restore(const TensorFile& checkpoint, const std::string& where);
  void save_best(const ErrorRates& rates, std::optional<double> base_cer) const;
  std::filesystem::path checkpoint_file() const { return out_ / "checkpoint.safetensors"; }

  torch::Device device_;
  ModelConfig model_config_;
  TrainConfig config_;
  boost::json::object recipe_;
  std::filesystem::path out_;
  std::optional<std::filesystem::path> base_;
  std::shared_ptr<ProcessGroup> processes_;
  std::shared_ptr<LineNetwork> network_;
  std::unique_ptr<Teacher> teacher_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
  std::unique_ptr<MovingAverage> average_;  // what is validated and saved
  std::unique_ptr<LearningCurve> curve_;
  OneCycle schedule_;
  LossScale loss_scale_;
  std::int64_t step_ = 0;
  std::uint64_t lines_seen_ = 0, lines_too_short_ = 0;
  double best_cer_ = 1e9;
  int validations_without_gain_ = 0, bad_steps_in_a_row_ = 0;
  PhaseSeconds phases_, phases_of_run_;
  const LineSource* base_lines_ = nullptr;
  std::optional<double> base_cer_before_;
};

}  // namespace ocrbatch::recognizer
