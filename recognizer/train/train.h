// Training as its callers see it: a job in, reports out. No LibTorch type crosses this header.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "recognizer/error_rates.h"
#include "recognizer/model_config.h"
#include "recognizer/train/learning_curve.h"
#include "recognizer/train/line_source.h"
#include "recognizer/train/parameter_group.h"
#include "recognizer/train/process_group.h"
#include "recognizer/train/train_config.h"

namespace ocrbatch::recognizer {

struct TrainJob {
  ModelConfig model;
  TrainConfig train;
  boost::json::object recipe;   // put into the model's provenance as it is
  std::filesystem::path out;    // gets model/, checkpoint.safetensors, curve.csv, curve.svg, report.html
  std::string device = "auto";  // "auto", "cpu", "cuda" or "cuda:N"
  bool resume = false;          // go on from out/checkpoint.safetensors
  std::optional<std::filesystem::path> init_from;  // a model folder whose weights to start from
  std::optional<std::filesystem::path> teacher;    // a model folder to learn from beside the labels
  std::shared_ptr<ProcessGroup> processes = std::make_shared<ProcessGroup>();  // that run this job together
  const LineSource* base_lines = nullptr;  // what that model can read: measured beside the validation lines
};

// Seconds spent since the last report, by phase.
struct PhaseSeconds {
  double wait_for_lines = 0, forward = 0, loss = 0, backward = 0, optimizer = 0;

  void add(const PhaseSeconds& more) {
    wait_for_lines += more.wait_for_lines;
    forward += more.forward;
    loss += more.loss;
    backward += more.backward;
    optimizer += more.optimizer;
  }
};

struct TrainReport {
  CurvePoint point;
  std::int64_t total_steps = 0;
  std::optional<double> epoch;  // passes over the training lines so far; endless sources have none
  PhaseSeconds phases;
  std::optional<double> base_cer_before;  // on the base lines, before the first step
  std::uint64_t lines_too_short_for_ctc =
      0;  // since the start: fewer frames than labels and repeats; left out
};

// What the trainer tells its owner; called on the training thread.
struct TrainEvents {
  std::function<void(const std::vector<ParameterGroup>&)> on_start;
  std::function<void(const ErrorRates&)> on_base;  // before the first step, where there are base lines
  std::function<void(const TrainReport&)> on_log;
  std::function<void(const TrainReport&, const ErrorRates&, bool best)> on_validation;
  std::function<void(const std::string& what)>
      on_bad_step;                    // a step whose update was left out, with its lines
  std::function<bool()> should_stop;  // asked every step; true in any process: save a checkpoint and return
};

// Runs the job to its end, or until should_stop. With several processes all run it, each with batch_size
// lines a step, and the first one validates, writes files and reports; the lines of a step are those of one
// process with processes * batch_size. Throws ConfigError, ModelError (init_from), PeerError or
// std::runtime_error.
void train(const TrainJob& job, const LineSource& train_lines, const LineSource& validation_lines,
           const TrainEvents& events);

}  // namespace ocrbatch::recognizer
