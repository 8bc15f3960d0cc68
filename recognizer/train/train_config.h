// How a model is trained: the "train" object of a configuration.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace ocrbatch::recognizer {

struct TrainConfig {
  int batch_size = 64;          // lines a step
  double learning_rate = 2e-3;  // peak of the one-cycle schedule
  double warmup = 0.05;         // share of the steps that climb to the peak
  double weight_decay = 0.01;
  double gradient_clip = 5.0;  // largest norm of all gradients together
  double ema_decay = 0.999;    // exponential moving average that is evaluated and saved; 0: none
  int epochs = 1;
  std::int64_t lines_per_epoch = 0;  // for endless sources; 0: the source's size
  std::int64_t max_steps = 0;        // 0: epochs decide
  std::string amp = "bf16";          // "off", "bf16", or "fp16" with loss scaling
  // Shell patterns of parameter names: one moves when one of the first matches and none of the second.
  std::vector<std::string> trainable = {"*"}, frozen;
  // A safetensors file in torchvision's names to start a backbone from; empty: none.
  std::string backbone_weights;
  double distillation = 0.5;  // where there is a teacher: its share of the loss, beside that of the labels
  int variations = 1;  // times that each line is trained on; from 2 on, changed each time (line_variation.h)
  std::uint64_t seed = 1;
  int workers = 0;  // threads that make lines; 0: one a core
  int threads = 0;  // threads that compute; 0: one a core
  std::int64_t log_every_steps = 50;
  std::int64_t validate_every_steps = 1000;   // 0: once an epoch
  std::int64_t checkpoint_every_steps = 500;  // 0: once an epoch
  std::int64_t validation_lines = 1000;       // at most; for endless validation sources exactly
  int patience = 0;                           // stop after so many validations without a better CER; 0: never
};

// Strict; throws ConfigError.
TrainConfig read_train_config(const boost::json::value& train);
boost::json::object to_json(const TrainConfig& config);

}  // namespace ocrbatch::recognizer
