// ocrbatch train: from a configuration and labelled lines to a model folder.
#include <spdlog/spdlog.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "cli/commands.h"
#include "cli/data_check.h"
#include "cli/errors.h"
#include "cli/line_sets.h"
#include "cli/model_path.h"
#include "cli/options.h"
#include "cli/signals.h"
#include "cli/text_layout.h"
#include "cli/training_processes.h"
#include "recognizer/model_config.h"
#include "recognizer/strict_json.h"
#include "recognizer/train/alignment.h"
#include "recognizer/train/train.h"

namespace ocrbatch::cli {
namespace {

constexpr const char* kDescription =
    "Trains a recognizer from scratch, or goes on from a model's weights (--init-from).\n"
    "\n"
    "DATA is a list file (\"path label\" a line), a folder with NAME.png and NAME.gt.txt, pages with PAGE, "
    "ALTO or hOCR files\n"
    "beside them, or synth:RECIPE for synthetic lines made on the fly from fonts and the texts given with "
    "--text. OUT/model\n"
    "is the best model so far on the validation lines, ready for `scan --model OUT/model`.";

// Synthetic validation lines come from a seed far from any training seed.
constexpr std::uint64_t kValidationSeed = 0x76616C6964617465;

struct TrainArguments {
  std::string config, out, init_from, amp, cache;
  std::vector<std::string> train, validation, text, fonts, settings;
  bool resume = false, strict = false;
  std::int64_t epochs = 0, max_steps = 0, batch_size = 0;
  double learning_rate = 0;
};

boost::json::value resolved_config(const TrainArguments& a) {
  boost::json::value config = recognizer::parse_json_file(a.config);
  if (!config.is_object()) throw recognizer::ConfigError(a.config + ": should be an object");
  // Defaults are written out first, so that --set finds every key there is.
  boost::json::object& train = config.as_object()["train"].is_object()
                                   ? config.as_object()["train"].as_object()
                                   : config.as_object()["train"].emplace_object();
  train = recognizer::to_json(recognizer::read_train_config(train));
  if (a.epochs > 0) train["epochs"] = a.epochs;
  if (a.max_steps > 0) train["max_steps"] = a.max_steps;
  if (a.batch_size > 0) train["batch_size"] = a.batch_size;
  if (a.learning_rate > 0) train["learning_rate"] = a.learning_rate;
  if (!a.amp.empty()) train["amp"] = a.amp;
  for (const std::string& setting : a.settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) throw UsageError("--set " + setting + ": should be key=value");
    recognizer::set_by_path(config, setting.substr(0, equals), setting.substr(equals + 1));
  }
  return config;
}

// One source as a string, several as an array of them.
boost::json::value names_of(const std::vector<std::string>& specs) {
  if (specs.size() == 1) return boost::json::value(specs.front());
  return boost::json::value_from(specs);
}

std::string time_left(double seconds) {
  const auto minutes = static_cast<long>(seconds / 60);
  return minutes >= 60 ? fmt::format("{}h{:02}m", minutes / 60, minutes % 60) : fmt::format("{}m", minutes);
}

void log_progress(const recognizer::TrainReport& report, int batch_size) {
  const auto& p = report.point;
  const auto& s = report.phases;
  const double left =
      static_cast<double>((report.total_steps - p.step) * batch_size) / std::max(0.1, p.lines_per_second);
  spdlog::info(
      "step {}/{} · loss {:.4f} · {:.0f} lines/s · {} left · lr {:.2e} · waiting for lines {:.0f} % ({:.1f} "
      "s), "
      "forward {:.1f}, loss {:.1f}, backward {:.1f}, optimizer {:.1f}",
      p.step, report.total_steps, p.loss, p.lines_per_second, time_left(left), p.learning_rate,
      100 * p.wait_share.value_or(0), s.wait_for_lines, s.forward, s.loss, s.backward, s.optimizer);
  if (report.lines_too_short_for_ctc > 0) {
    spdlog::warn("{} lines so far are too short for their label (or empty) and were left out",
                 report.lines_too_short_for_ctc);
  }
}

void log_parameters(const std::vector<recognizer::ParameterGroup>& groups) {
  std::int64_t trainable = 0, frozen = 0;
  for (const auto& group : groups) {
    trainable += group.trainable;
    frozen += group.frozen;
  }
  if (frozen > 0) {
    for (const auto& group : groups) {
      spdlog::info("{:<20} {:>12} trainable {:>12} frozen", group.name, with_thousands(group.trainable),
                   with_thousands(group.frozen));
    }
  }
  spdlog::info("{} parameters to train, {} frozen", with_thousands(trainable), with_thousands(frozen));
}

}  // namespace

ExitCode run_train_command(const std::vector<std::string>& arguments) {
  TrainArguments a;
  CommandOptions options("train --config FILE --train DATA --val DATA --out DIR", kDescription);
  options.group("Data")("train", value(&a.train, "DATA[@WEIGHT]...")->multitoken(),
                        "training lines; several sources are mixed by their weights")(
      "val", value(&a.validation, "DATA...")->multitoken(), "validation lines")(
      "text", value(&a.text, "PATH")->multitoken(),
      "texts for synthetic lines: files, or a folder a language")(
      "fonts", value(&a.fonts, "DIR")->multitoken(), "more fonts for synthetic lines than the system's")(
      "cache", value(&a.cache, "FILE"),
      "keep the prepared lines of finite sources there, for later epochs and runs")(
      "strict", flag(&a.strict), "stop before the first step when the data report has findings");
  options.group("Training")("config", value(&a.config, "FILE"),
                            "model and training configuration (configs/*.json)")(
      "init-from", value(&a.init_from, "MODEL"), "start from this model's weights")(
      "resume", flag(&a.resume), "go on from the checkpoint in --out")("epochs", value(&a.epochs, "N"),
                                                                       "passes over the training lines")(
      "max-steps", value(&a.max_steps, "N"), "stop after so many steps, whatever the epochs")(
      "batch-size", value(&a.batch_size, "N"), "lines a step, in each process")(
      "learning-rate", value(&a.learning_rate, "X"), "peak of the one-cycle schedule")(
      "amp", value(&a.amp, "off|bf16|fp16"), "mixed precision")(
      "set", value(&a.settings, "KEY=VALUE")->multitoken(),
      "any key of the configuration, e.g. train.warmup=0.1");
  options.group("Output")("out", value(&a.out, "DIR"),
                          "gets model/, checkpoint.safetensors, curve.csv, curve.svg and data_report.jsonl");
  if (!options.parse(arguments)) return ExitCode::kOk;
  for (const auto& [name, missing] : {std::pair{"--config", a.config.empty()},
                                      {"--train", a.train.empty()},
                                      {"--val", a.validation.empty()},
                                      {"--out", a.out.empty()}}) {
    if (missing) throw UsageError(std::string(name) + " is missing");
  }

  recognizer::TrainJob job;
  const boost::json::value config = resolved_config(a);
  recognizer::StrictObject root(config, "");
  const boost::json::value* model = root.find("model");
  const boost::json::value* train = root.find("train");
  root.finish();
  if (model == nullptr) throw recognizer::ConfigError(a.config + ": the key model is missing");
  job.model = recognizer::read_model_config(*model, std::filesystem::path(a.config).parent_path());
  job.train = recognizer::read_train_config(*train);
  job.recipe = {
      {"train", recognizer::to_json(job.train)}, {"data", names_of(a.train)}, {"init_from", a.init_from}};
  job.out = a.out;
  job.resume = a.resume;
  job.processes = join_processes();
  const bool is_first = job.processes->is_first();
  const int lines_a_step = job.train.batch_size * job.processes->size();
  if (!a.init_from.empty()) job.init_from = find_model(a.init_from);

  const kernels::LinePreparation preparation = recognizer::line_preparation_of(job.model);
  const SynthChoices training{a.text, a.fonts, job.train.seed}, validation{a.text, a.fonts, kValidationSeed};
  auto train_sets = open_line_sets("--train", a.train, true, training, job.model.alphabet, preparation);
  auto validation_sets =
      open_line_sets("--val", a.validation, false, validation, job.model.alphabet, preparation);

  std::atomic<bool> stop{false};
  const StopSignals signals(stop);
  DataCheckOptions check;
  check.can_align = recognizer::alignment_check(job.model);
  if (is_first) check.report = job.out / "data_report.jsonl";
  check.strict = a.strict;
  check.threads = job.train.workers > 0 ? job.train.workers
                                        : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  check.should_stop = [&] { return stop.load(); };
  const auto agree_to_stop = [&] { stop = job.processes->any(stop); };
  if (is_first) std::filesystem::create_directories(job.out);
  if (!a.cache.empty()) {
    const auto cache = [&] { cache_lines(train_sets, validation_sets, preparation, a.cache, check); };
    // The first process stores the lines, the others take them from there.
    if (is_first) cache();
    agree_to_stop();
    if (!is_first && !stop) cache();
  }
  if (!stop) check_data(train_sets, validation_sets, job.model.alphabet, check);
  agree_to_stop();
  if (stop) return common_status(signals, *job.processes);
  const auto train_lines = mix_training_lines(std::move(train_sets), job.train.seed);
  const auto validation_lines = join_validation_lines(std::move(validation_sets),
                                                      static_cast<std::uint64_t>(job.train.validation_lines));

  recognizer::TrainEvents events;
  events.on_start = log_parameters;
  events.on_bad_step = [](const std::string& what) { spdlog::warn("{}", what); };
  events.on_log = [&](const recognizer::TrainReport& report) { log_progress(report, lines_a_step); };
  events.on_validation = [&](const recognizer::TrainReport& report, const recognizer::ErrorRates& rates,
                             bool best) {
    log_progress(report, lines_a_step);
    if (report.epoch) {
      spdlog::info("epoch {:.4g}/{} · train loss {:.4f} · test loss {:.4f} · test accuracy {:.2f} %",
                   *report.epoch, job.train.epochs, report.point.loss,
                   report.point.validation_loss.value_or(0), 100 * rates.lines_right());
    }
    spdlog::info("validation: CER {:.2f} % · WER {:.2f} % · {:.1f} % of {} lines fully right{}",
                 100 * rates.cer(), 100 * rates.wer(), 100 * rates.lines_right(), rates.lines(),
                 best ? " · best so far, saved" : "");
  };
  events.should_stop = [&] { return stop.load(); };
  recognizer::train(job, *train_lines, *validation_lines, events);
  return common_status(signals, *job.processes);
}

}  // namespace ocrbatch::cli
