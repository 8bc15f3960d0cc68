// ocrbatch train: from a configuration and labelled lines to a model folder.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "cli/base_model.h"
#include "cli/commands.h"
#include "cli/confidence_fit.h"
#include "cli/data_check.h"
#include "cli/errors.h"
#include "cli/line_sets.h"
#include "cli/open_recognizer.h"
#include "cli/options.h"
#include "cli/program_folders.h"
#include "cli/signals.h"
#include "cli/training_log.h"
#include "cli/training_processes.h"
#include "cli/version.h"
#include "recognizer/device_name.h"
#include "recognizer/model_config.h"
#include "recognizer/strict_json.h"
#include "recognizer/train/alignment.h"
#include "recognizer/train/train.h"

namespace ocrbatch::cli {
namespace {

constexpr const char* kDescription =
    "Trains a recognizer from scratch, or goes on from a model's weights (--init-from). Without --config it "
    "then takes that\n"
    "model's network and configs/fine_tune.json.\n"
    "\n"
    "DATA is a list file (\"path label\" a line), a folder with NAME.png and NAME.gt.txt, pages with PAGE, "
    "ALTO or hOCR files\n"
    "beside them, or synth:RECIPE for synthetic lines made on the fly from fonts and the texts given with "
    "--text. OUT/model\n"
    "is the best model so far on the validation lines, ready for `scan --model OUT/model`. In the end its "
    "confidences are\n"
    "calibrated on these lines.";

// Synthetic validation lines come from seeds far from any training seed, and lines to rehearse from others
// than those to learn.
constexpr std::uint64_t kValidationSeed = 0x76616C6964617465, kBaseValidationSeed = 0x6261736576616C69,
                        kRehearsalSeed = 0x7265686561727365;

struct TrainArguments {
  std::string config, out, init_from, teacher, amp, cache, device = "auto";
  std::vector<std::string> train, validation, text, fonts, settings, rehearsal_data, base_validation;
  bool resume = false, strict = false, extend_alphabet = false;
  std::int64_t epochs = 0, max_steps = 0, batch_size = 0;
  double learning_rate = 0, rehearsal = 0;
};

boost::json::value resolved_config(const TrainArguments& a, const std::optional<BaseModel>& base) {
  boost::json::value config = recognizer::parse_json_file(a.config);
  if (!config.is_object()) throw recognizer::ConfigError(a.config + ": should be an object");
  if (base && !config.as_object().contains("model")) config.as_object()["model"] = base->model;
  if (boost::json::value* model = config.as_object().if_contains("model");
      model != nullptr && model->is_object() && a.extend_alphabet) {
    model->as_object().erase("vocab");
    model->as_object()["alphabet"] = base->model.at("alphabet");
  }
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

// What the model's provenance and the report say about where the model comes from.
boost::json::object recipe_of(const TrainArguments& a, const recognizer::TrainConfig& train,
                              const std::optional<BaseModel>& base, const std::optional<BaseModel>& teacher) {
  boost::json::object recipe{{"train", recognizer::to_json(train)},
                             {"data", names_of(a.train)},
                             {"validation", names_of(a.validation)},
                             {"init_from", a.init_from},
                             {"version", program_version()}};
  if (base) recipe["init_from_sha256"] = base->sha256;
  if (teacher) recipe["teacher"] = {{"model", a.teacher}, {"sha256", teacher->sha256}};
  if (a.rehearsal > 0) recipe["rehearsal"] = {{"share", a.rehearsal}, {"lines", names_of(a.rehearsal_data)}};
  if (!a.base_validation.empty()) recipe["base_validation"] = names_of(a.base_validation);
  return recipe;
}

void check_arguments(const TrainArguments& a, bool rehearsal_given) {
  for (const auto& [name, missing] :
       {std::pair{"--config or --init-from", a.config.empty() && a.init_from.empty()},
        {"--train", a.train.empty()},
        {"--val", a.validation.empty()},
        {"--out", a.out.empty()}}) {
    if (missing) throw UsageError(std::string(name) + " is missing");
  }
  for (const auto& [name, given] : {std::pair{"--extend-alphabet", a.extend_alphabet},
                                    {"--rehearsal", rehearsal_given},
                                    {"--base-val", !a.base_validation.empty()}}) {
    if (given && a.init_from.empty())
      throw UsageError(std::string(name) + " is about the model that --init-from names, which is missing");
  }
  if (rehearsal_given && !(a.rehearsal > 0 && a.rehearsal < 1))
    throw UsageError("--rehearsal: should be a share of the lines, above 0 and below 1");
  if (!rehearsal_given && !a.rehearsal_data.empty())
    throw UsageError("--rehearsal-data needs --rehearsal SHARE");
}

// The best model's, so that its confidences mean what they say; too few errors to go by are no trouble.
void calibrate(const std::filesystem::path& model, const std::string& device,
               const recognizer::LineSource& lines, std::uint64_t most) {
  if (!std::filesystem::exists(model / "model.json")) return;  // no validation was worth saving
  for (const std::string& what :
       fit_confidences(model, device, {{&lines, std::min(lines.size().value_or(most), most)}}))
    spdlog::info("{}", what);
}

}  // namespace

ExitCode run_train_command(const std::vector<std::string>& arguments) {
  TrainArguments a;
  CommandOptions options("train --config FILE|--init-from MODEL --train DATA --val DATA --out DIR",
                         kDescription);
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
      "teacher", value(&a.teacher, "MODEL"), "learn what this model makes of the lines, beside their labels")(
      "extend-alphabet", flag(&a.extend_alphabet),
      "the alphabet is that model's, and behind it what the training lines have beside it")(
      "rehearsal", value(&a.rehearsal, "SHARE"),
      "of the training lines, so that the model keeps what it can read: this share comes from "
      "--rehearsal-data")("rehearsal-data", value(&a.rehearsal_data, "DATA[@WEIGHT]...")->multitoken(),
                          "default: synthetic lines of that model's alphabet, by configs/synth/latin.json")(
      "base-val", value(&a.base_validation, "DATA...")->multitoken(),
      "lines of what that model can read; their CER is shown before the first step and at each validation")(
      "resume", flag(&a.resume), "go on from the checkpoint in --out")("epochs", value(&a.epochs, "N"),
                                                                       "passes over the training lines")(
      "max-steps", value(&a.max_steps, "N"), "stop after so many steps, whatever the epochs")(
      "batch-size", value(&a.batch_size, "N"), "lines a step, in each process")(
      "learning-rate", value(&a.learning_rate, "X"), "peak of the one-cycle schedule")(
      "amp", value(&a.amp, "off|bf16|fp16"), "mixed precision")("device", value(&a.device, "NAME"),
                                                                "auto (default), cpu, cuda or cuda:N")(
      "set", value(&a.settings, "KEY=VALUE")->multitoken(),
      "any key of the configuration, e.g. train.warmup=0.1");
  options.group("Output")(
      "out", value(&a.out, "DIR"),
      "gets model/, checkpoint.safetensors, report.html, curve.csv, curve.svg and data_report.jsonl");
  if (!options.parse(arguments)) return ExitCode::kOk;
  check_arguments(a, options.given("rehearsal"));
  require_device_name(a.device);
  recognizer::require_device(a.device);
  warn_of_unused_device(recognizer::unused_device(a.device));
  if (a.config.empty()) a.config = find_config("fine_tune.json").string();
  if (a.rehearsal > 0 && a.rehearsal_data.empty())
    a.rehearsal_data = {"synth:" + find_config("synth/latin.json").string()};
  std::optional<BaseModel> base, teacher;
  if (!a.init_from.empty()) base = open_base_model(a.init_from);
  if (!a.teacher.empty()) teacher = open_base_model(a.teacher);

  recognizer::TrainJob job;
  const boost::json::value config = resolved_config(a, base);
  recognizer::StrictObject root(config, "");
  const boost::json::value* model = root.find("model");
  const boost::json::value* train = root.find("train");
  root.finish();
  if (model == nullptr) throw recognizer::ConfigError(a.config + ": the key model is missing");
  job.model = recognizer::read_model_config(*model, std::filesystem::path(a.config).parent_path());
  job.train = recognizer::read_train_config(*train);
  if (job.train.amp == "bf16" && !recognizer::has_bfloat16(a.device)) {
    spdlog::info("this processor has no bfloat16 arithmetic: training in float32, as with --amp off");
    job.train.amp = "off";
  }
  job.recipe = recipe_of(a, job.train, base, teacher);
  job.out = a.out;
  job.resume = a.resume;
  job.device = a.device;
  job.processes = join_processes();
  const bool is_first = job.processes->is_first();
  const int lines_a_step = job.train.batch_size * job.processes->size();
  if (base) job.init_from = base->folder;
  if (teacher) job.teacher = teacher->folder;

  const kernels::LinePreparation preparation = recognizer::line_preparation_of(job.model);
  const SynthChoices training{a.text, a.fonts, job.train.seed}, validation{a.text, a.fonts, kValidationSeed};
  auto train_sets = open_line_sets("--train", a.train, true, training, job.model.alphabet, preparation);
  if (a.extend_alphabet) job.model.alphabet = extended_alphabet(*base, train_sets);
  auto validation_sets =
      open_line_sets("--val", a.validation, false, validation, job.model.alphabet, preparation);
  if (base) {
    add_base_sets(train_sets, open_line_sets("--rehearsal-data", a.rehearsal_data, true,
                                             {a.text, a.fonts, job.train.seed ^ kRehearsalSeed},
                                             base->alphabet, preparation));
    add_base_sets(validation_sets,
                  open_line_sets("--base-val", a.base_validation, false,
                                 {a.text, a.fonts, kBaseValidationSeed}, base->alphabet, preparation));
  }

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
  const auto most = static_cast<std::uint64_t>(job.train.validation_lines);
  const auto train_lines = mix_training_lines(std::move(train_sets), job.train.seed, a.rehearsal);
  auto base_sets = take_base_sets(validation_sets);
  const auto base_lines = base_sets.empty() ? nullptr : join_validation_lines(std::move(base_sets), most);
  const auto validation_lines = join_validation_lines(std::move(validation_sets), most);
  job.base_lines = base_lines.get();

  recognizer::TrainEvents events = logged_events(job.train.epochs, lines_a_step);
  events.should_stop = [&] { return stop.load(); };
  recognizer::train(job, *train_lines, *validation_lines, events);
  if (is_first && !stop) calibrate(job.out / "model", a.device, *validation_lines, most);
  return common_status(signals, *job.processes);
}

}  // namespace ocrbatch::cli
