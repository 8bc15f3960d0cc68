#include "recognizer/train/trainer.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "recognizer/device.h"
#include "recognizer/layers/batch_norm.h"
#include "recognizer/layers/mamba.h"
#include "recognizer/model_folder.h"
#include "recognizer/strict_json.h"
#include "recognizer/train/autocast.h"
#include "recognizer/train/batch_loader.h"
#include "recognizer/train/global_batch.h"
#include "recognizer/train/labeled_batch.h"
#include "recognizer/train/line_variation.h"
#include "recognizer/train/narrowing.h"
#include "recognizer/train/optimizer_state.h"
#include "recognizer/train/run_report.h"
#include "recognizer/train/shared_state.h"
#include "recognizer/train/trainable.h"

namespace ocrbatch::recognizer {
namespace {

// So many batches one after the other without a finite gradient: the run is lost.
constexpr int kBadStepsAllowed = 20;

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Adds the time of a scope to a phase.
class Stopwatch {
 public:
  explicit Stopwatch(double& total) : total_(total), start_(now_seconds()) {}
  ~Stopwatch() { total_ += now_seconds() - start_; }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& total_;
  double start_;
};

int cores() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// Tensors that a model may lack because they do nothing until they are trained.
bool is_adapter(const std::string& name) {
  return name.find(".adapter.") != std::string::npos || name.find(".lora_") != std::string::npos;
}

}  // namespace

Trainer::Trainer(const ModelConfig& model, const TrainConfig& train, boost::json::object recipe,
                 std::filesystem::path out, std::shared_ptr<ProcessGroup> processes, torch::Device device)
    : device_(device),
      model_config_(model),
      config_(train),
      recipe_(std::move(recipe)),
      out_(std::move(out)),
      processes_(std::move(processes)),
      loss_scale_(train.amp == "fp16") {
  torch::manual_seed(config_.seed);
  if (processes_->size() > 1 && !device_.is_cpu())
    throw DeviceError("several processes train together on the CPU only: take --device cpu");
  network_ = build_network(model_config_);
  network_->to(device_);
  choose_trainable(*network_, config_);
  optimizer_ = make_optimizer(*network_, config_);
  average_ = std::make_unique<MovingAverage>(*network_, config_.ema_decay);
  if (processes_->is_first()) std::filesystem::create_directories(out_);
}

void Trainer::initialize_from(const std::filesystem::path& folder) {
  const LoadedModel other = load_model(folder);
  auto state = named_state(*other.network);
  const auto fresh = named_state(*network_);
  for (const auto& [name, tensor] : fresh) {
    if (is_adapter(name) && !state.contains(name)) state[name] = tensor.detach().clone();
  }
  narrow(state, network_->channel_groups());
  // A deeper network starts as the one that it grows from: blocks that this one has not do nothing at first.
  for (const ResidualBranch& branch : network_->residual_branches()) {
    if (state.contains(branch.closing)) continue;
    for (const auto& [name, tensor] : fresh)
      if (name.starts_with(branch.module + ".")) state[name] = tensor.detach().clone();
    state[branch.closing].zero_();
  }
  for (auto& [name, tensor] : state) {
    const auto here = fresh.find(name);
    if (has_rates(name) && here != fresh.end() && here->second.size(1) == 1 && tensor.size(1) > 1)
      tensor = tied_rates(tensor);
  }
  // Rows of these belong to labels: shared ones move to their place in the new alphabet, new ones start
  // fresh.
  for (const std::string& name : network_->tensors_by_label()) {
    if (!state.contains(name)) continue;  // load_state() says so
    torch::Tensor rows = fresh.at(name).detach().clone();
    rows[Alphabet::kBlank].copy_(state.at(name)[Alphabet::kBlank]);
    for (std::size_t i = 0; i < model_config_.alphabet.labels().size(); ++i) {
      const std::vector<int> old = other.config.alphabet.encode(model_config_.alphabet.labels()[i]);
      if (old.size() == 1) rows[static_cast<int64_t>(i) + 1].copy_(state.at(name)[old.front()]);
    }
    state[name] = rows;
  }
  load_state(*network_, state, folder.string());
  average_->restart(*network_);
}

void Trainer::learn_from(const std::filesystem::path& model_folder) {
  teacher_ = std::make_unique<Teacher>(model_folder, model_config_, *network_, device_);
}

void Trainer::initialize_backbone(const std::filesystem::path& file) {
  const TensorFile weights = read_safetensors(file);
  auto state = named_state(*network_);
  bool any = false;
  for (auto& [name, tensor] : state) {
    constexpr std::string_view kPrefix = "backbone.";
    if (!name.starts_with(kPrefix) || is_adapter(name)) continue;
    const auto found = weights.tensors.find(name.substr(kPrefix.size()));
    if (found == weights.tensors.end()) {
      throw ModelError(file.string() + ": the tensor " + name.substr(kPrefix.size()) + " is missing");
    }
    tensor = found->second;
    any = true;
  }
  if (!any) throw ModelError(model_config_.architecture + " has no backbone to start from " + file.string());
  load_state(*network_, state, file.string());
  average_->restart(*network_);
}

std::uint64_t Trainer::lines_per_epoch(const LineSource& lines) const {
  return config_.lines_per_epoch > 0 ? static_cast<std::uint64_t>(config_.lines_per_epoch)
                                     : lines.lines_per_pass();
}

std::int64_t Trainer::total_steps(const LineSource& lines) const {
  if (config_.max_steps > 0) return config_.max_steps;
  const std::uint64_t an_epoch = lines_per_epoch(lines);
  if (an_epoch == 0)
    throw ConfigError("endless training lines need train.max_steps or train.lines_per_epoch");
  const auto batch = static_cast<std::uint64_t>(global_batch_size());
  return static_cast<std::int64_t>((an_epoch * static_cast<std::uint64_t>(config_.epochs) + batch - 1) /
                                   batch);
}

Trainer::StepResult Trainer::step(const std::vector<LabeledLine>& lines, const TrainEvents& events) {
  std::vector<const LabeledLine*> all;
  for (const LabeledLine& line : lines) all.push_back(&line);
  LabeledBatch batch = make_labeled_batch(all, model_config_.alphabet, *network_, /*only_alignable=*/true);
  const GlobalBatch global =
      join_batches(batch, lines.size() - batch.lines.size(), model_config_.img_height, *processes_);
  lines_too_short_ += global.left_out;
  if (global.lines == 0) return {};

  for (auto& group : optimizer_->param_groups()) group.options().set_lr(schedule_.at(step_));
  network_->set_training_progress(static_cast<double>(step_) / static_cast<double>(schedule_.steps));
  // Dropout of a step depends on the step and the process alone, so a resumed run repeats it.
  torch::manual_seed((config_.seed * 1000003 + static_cast<std::uint64_t>(step_)) ^
                     (static_cast<std::uint64_t>(processes_->rank()) * 0x9E3779B97F4A7C15));
  const double loss = backpropagate(batch, global.share);
  const Stopwatch watch(phases_.optimizer);
  // One bad batch must not ruin a run: its update is left out.
  if (apply_gradients()) {
    loss_scale_.after_step(/*overflowed=*/false);
    bad_steps_in_a_row_ = 0;
  } else {
    report_bad_step(lines, loss, events);
  }
  average_->update(*network_, step_);
  return {loss, global.lines};
}

double Trainer::backpropagate(const LabeledBatch& batch, double share) {
  optimizer_->zero_grad();
  c10::intrusive_ptr<SharedBatch> shared;
  if (processes_->size() > 1) {
    shared = c10::make_intrusive<SharedBatch>();
    shared->sum = [this](torch::Tensor& numbers) { processes_->sum(numbers); };
    shared->counts = share > 0;
  }
  torch::Tensor images = batch.pixels.images.to(device_);
  if (config_.variations > 1) {
    const Stopwatch watch(phases_.forward);
    images = vary_lines(images, batch.pixels.widths);
  }
  torch::Tensor taught, encoded, loss;
  if (teacher_) {
    const Stopwatch watch(phases_.forward);
    taught = teacher_->read(images, batch.pixels.widths);
  }
  {
    const AutocastScope autocast(config_.amp, device_.type());
    {
      const Stopwatch watch(phases_.forward);
      const SharedBatchScope scope(shared);
      encoded = network_->forward(images, batch.pixels.widths);
    }
    const Stopwatch watch(phases_.loss);
    loss = network_->loss(encoded, batch.pixels.widths, batch.targets);
    if (teacher_) {
      loss = loss * (1 - config_.distillation) +
             teacher_->loss(encoded, taught, batch.pixels.widths, batch.targets) * config_.distillation;
    }
  }
  const Stopwatch watch(phases_.backward);
  (loss * (loss_scale_.factor() * share)).backward();
  sum_gradients(network_->parameters(), *processes_);
  return processes_->sum(loss.item<double>() * share);
}

bool Trainer::apply_gradients() {
  if (loss_scale_.factor() != 1) {
    const torch::NoGradGuard no_grad;
    for (const torch::Tensor& parameter : network_->parameters()) {
      if (parameter.grad().defined()) parameter.grad().mul_(1 / loss_scale_.factor());
    }
  }
  const double norm = torch::nn::utils::clip_grad_norm_(network_->parameters(), config_.gradient_clip);
  if (std::isfinite(norm)) optimizer_->step();
  return std::isfinite(norm);
}

void Trainer::report_bad_step(const std::vector<LabeledLine>& lines, double loss, const TrainEvents& events) {
  const bool expected = loss_scale_.explains_overflow() && std::isfinite(loss);
  loss_scale_.after_step(/*overflowed=*/true);
  if (expected) return;
  ++bad_steps_in_a_row_;
  std::string names;
  for (const LabeledLine& line : lines) names += (names.empty() ? "" : ", ") + line.name;
  const std::string what = "step " + std::to_string(step_) + ": the " +
                           (std::isfinite(loss) ? "gradient" : "loss") +
                           " is not finite, the update is left out; its lines: " + names;
  if (bad_steps_in_a_row_ > kBadStepsAllowed) {
    throw ConfigError("training has diverged, lower train.learning_rate or set train.amp to off; " + what);
  }
  if (events.on_bad_step) events.on_bad_step(what);
}

Validation Trainer::validate_average(const LineSource& lines) {
  std::map<std::string, torch::Tensor> training_state;
  for (const auto& [name, tensor] : named_state(*network_)) training_state[name] = tensor.detach().clone();
  load_state(*network_, average_->state(), "the moving average");
  Validation result = validate(*network_, model_config_.alphabet, lines, config_);
  load_state(*network_, training_state, "the training state");
  set_training_mode(*network_);
  return result;
}

void Trainer::run(const LineSource& train_lines, const LineSource& validation_lines,
                  const TrainEvents& events) {
  at::set_num_threads(config_.threads > 0 ? config_.threads : cores());
  schedule_.peak = config_.learning_rate;
  schedule_.warmup = config_.warmup;
  schedule_.steps = total_steps(train_lines);
  check_agreement(train_lines);
  const bool is_first = processes_->is_first();
  if (is_first) curve_ = std::make_unique<LearningCurve>(out_ / "curve.csv", step_);
  BatchLoader loader(train_lines, global_batch_size(), config_.workers > 0 ? config_.workers : cores(),
                     config_.seed, step_, {processes_->rank(), processes_->size()}, config_.variations);
  set_training_mode(*network_);
  if (events.on_start) events.on_start(parameter_groups(*network_));
  if (is_first && base_lines_ != nullptr && step_ == 0) {
    const ErrorRates rates = validate_average(*base_lines_).rates;
    base_cer_before_ = rates.cer();
    if (events.on_base) events.on_base(rates);
  }

  const auto batch = static_cast<std::uint64_t>(global_batch_size());
  const std::uint64_t an_epoch = lines_per_epoch(train_lines);
  if (an_epoch == 0 && (config_.validate_every_steps == 0 || config_.checkpoint_every_steps == 0))
    throw ConfigError(
        "endless training lines have no epochs to validate or save at: set train.lines_per_epoch");
  const auto epochs_at = [&](std::int64_t step) {
    return static_cast<std::uint64_t>(step) * batch / an_epoch;
  };
  const auto is_due = [&](std::int64_t every) {
    return every > 0 ? step_ % every == 0 : epochs_at(step_) > epochs_at(step_ - 1);
  };
  double loss_sum = 0, since = now_seconds();
  std::uint64_t lines_since = 0;
  std::int64_t steps_since = 0;
  while (step_ < schedule_.steps) {
    std::vector<LabeledLine> lines;
    {
      const Stopwatch watch(phases_.wait_for_lines);
      lines = loader.next();
    }
    const StepResult result = step(lines, events);
    ++step_;
    lines_seen_ += batch;
    lines_since += result.lines;
    loss_sum += result.loss;
    ++steps_since;

    const bool last = step_ == schedule_.steps;
    const bool stop = processes_->any(events.should_stop && events.should_stop());
    const bool validates = is_due(config_.validate_every_steps) || last;
    if (is_first && (step_ % config_.log_every_steps == 0 || validates || stop)) {
      TrainReport report;
      report.point = {step_,
                      lines_seen_,
                      schedule_.at(step_ - 1),
                      loss_sum / static_cast<double>(steps_since),
                      static_cast<double>(lines_since) / (now_seconds() - since),
                      {},
                      {},
                      {}};
      report.total_steps = schedule_.steps;
      if (an_epoch > 0)
        report.epoch =
            static_cast<double>(step_) * static_cast<double>(batch) / static_cast<double>(an_epoch);
      report.point.wait_share = phases_.wait_for_lines / std::max(1e-9, now_seconds() - since);
      report.phases = std::exchange(phases_, {});
      report.lines_too_short_for_ctc = lines_too_short_;
      phases_of_run_.add(report.phases);
      Validation validation;
      if (validates) {
        validation = validate_average(validation_lines);
        const ErrorRates& rates = validation.rates;
        report.point.validation_loss = validation.loss;
        report.point.cer = rates.cer();
        report.point.wer = rates.wer();
        if (base_lines_ != nullptr) report.point.base_cer = validate_average(*base_lines_).rates.cer();
        report.base_cer_before = base_cer_before_;
        // Of equals the later one, which has seen more lines and been taught in smaller steps.
        const bool best = rates.cer() <= best_cer_;
        validations_without_gain_ = rates.cer() < best_cer_ ? 0 : validations_without_gain_ + 1;
        if (best) {
          best_cer_ = rates.cer();
          save_best(rates, report.point.base_cer);
        }
        if (events.on_validation) events.on_validation(report, rates, best);
      } else if (events.on_log) {
        events.on_log(report);
      }
      curve_->add(report.point);
      if (validates) {
        curve_->draw(out_ / "curve.svg");
        write_report(report, std::move(validation.lines));
      }
      loss_sum = 0;
      lines_since = 0;
      steps_since = 0;
      since = now_seconds();
    }
    if (validates)
      validations_without_gain_ = static_cast<int>(processes_->of_first(validations_without_gain_));
    const bool enough = config_.patience > 0 && validations_without_gain_ >= config_.patience;
    if (is_first && (is_due(config_.checkpoint_every_steps) || last || stop || enough))
      write_safetensors(checkpoint_file(), checkpoint());
    if (stop || enough) break;
  }
}

void Trainer::write_report(const TrainReport& last, std::vector<LineReading> lines) const {
  RunReport report;
  report.model = to_json(model_config_);
  report.recipe = recipe_;
  report.points = curve_->points();
  report.total_steps = last.total_steps;
  report.phases = phases_of_run_;
  report.parameters = parameter_groups(*network_);
  report.best_cer = best_cer_;
  report.base_cer_before = base_cer_before_;
  report.lines = std::move(lines);
  write_run_report(out_ / "report.html", report);
}

void Trainer::save_best(const ErrorRates& rates, std::optional<double> base_cer) const {
  boost::json::object training = recipe_;
  training["steps"] = step_;
  training["lines_seen"] = lines_seen_;
  boost::json::object measured{
      {"validation_cer", rates.cer()}, {"validation_wer", rates.wer()}, {"validation_lines", rates.lines()}};
  if (base_cer) measured["base_validation_cer"] = *base_cer;
  save_model(out_ / "model", model_config_, average_->state(), training, measured);
  if (base_) carry_language_model(*base_, out_ / "model");
}

TensorFile Trainer::checkpoint() const {
  TensorFile file;
  for (const auto& [name, tensor] : named_state(*network_)) file.tensors["model." + name] = tensor;
  for (const auto& [name, tensor] : average_->state()) file.tensors["average." + name] = tensor;
  put_optimizer_state(*network_, *optimizer_, file);
  file.metadata["model"] = boost::json::serialize(to_json(model_config_));
  file.metadata["train"] = boost::json::serialize(to_json(config_));
  file.metadata["step"] = std::to_string(step_);
  file.metadata["lines_seen"] = std::to_string(lines_seen_);
  file.metadata["lines_too_short"] = std::to_string(lines_too_short_);
  file.metadata["best_cer"] = std::to_string(best_cer_);
  file.metadata["loss_scale"] = std::to_string(loss_scale_.factor());
  file.metadata["steps_without_overflow"] = std::to_string(loss_scale_.steps_without_overflow());
  file.metadata["validations_without_gain"] = std::to_string(validations_without_gain_);
  if (base_cer_before_) file.metadata["base_cer_before"] = std::to_string(*base_cer_before_);
  return file;
}

void Trainer::resume() try {
  if (!std::filesystem::exists(checkpoint_file())) {
    throw ConfigError(checkpoint_file().string() +
                      ": there is no checkpoint to resume from; without --resume a new run begins");
  }
  restore(read_safetensors(checkpoint_file()), checkpoint_file().string());
} catch (const ConfigError&) {
  throw;
} catch (const std::bad_alloc&) {
  throw;
} catch (const std::exception& error) {
  throw ModelError(checkpoint_file().string() +
                   ": is no checkpoint to resume from; without --resume a new run begins (" + error.what() +
                   ")");
}

void Trainer::restore(const TensorFile& file, const std::string& where) {
  if (file.metadata.at("model") != boost::json::serialize(to_json(model_config_))) {
    throw ConfigError(where + ": was made with another model configuration; start afresh or use that one");
  }
  std::map<std::string, torch::Tensor> model;
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with("model.")) model[name.substr(6)] = tensor;
    if (name.starts_with("average.")) average_->state().at(name.substr(8)).copy_(tensor);
  }
  load_state(*network_, model, where);
  take_optimizer_state(file, *network_, *optimizer_);
  step_ = std::stoll(file.metadata.at("step"));
  lines_seen_ = std::stoull(file.metadata.at("lines_seen"));
  lines_too_short_ = std::stoull(file.metadata.at("lines_too_short"));
  best_cer_ = std::stod(file.metadata.at("best_cer"));
  validations_without_gain_ = std::stoi(file.metadata.at("validations_without_gain"));
  if (const auto before = file.metadata.find("base_cer_before"); before != file.metadata.end())
    base_cer_before_ = std::stod(before->second);
  loss_scale_.restore(std::stod(file.metadata.at("loss_scale")),
                      std::stoll(file.metadata.at("steps_without_overflow")));
}

void Trainer::share_state() {
  if (processes_->size() == 1) return;
  const std::string configuration = boost::json::serialize(to_json(model_config_));
  const bool differs = processes_->of_first(configuration) != configuration;
  if (processes_->any(differs)) throw PeerError("the processes have different model configurations");
  TensorFile state = checkpoint();
  broadcast(state, *processes_);
  if (!processes_->is_first()) restore(state, "the state of process 0");
}

void Trainer::check_agreement(const LineSource& train_lines) {
  const auto lines = static_cast<std::int64_t>(train_lines.size().value_or(0));
  const auto seed = static_cast<std::int64_t>(config_.seed);
  for (const std::int64_t number : {lines, schedule_.steps, seed, std::int64_t{config_.batch_size}}) {
    if (processes_->any(processes_->of_first(number) != number))
      throw PeerError("the processes have different training lines or train.* configurations");
  }
}

void train(const TrainJob& job, const LineSource& train_lines, const LineSource& validation_lines,
           const TrainEvents& events) {
  Trainer trainer(job.model, job.train, job.recipe, job.out, job.processes, choose_device(job.device));
  if (job.init_from) trainer.made_from(*job.init_from);
  if (!job.processes->is_first()) {
    // share_state() brings what the first process starts from.
  } else if (job.resume) {
    trainer.resume();
  } else if (job.init_from) {
    trainer.initialize_from(*job.init_from);
  } else if (!job.train.backbone_weights.empty()) {
    trainer.initialize_backbone(job.train.backbone_weights);
  }
  if (job.teacher) trainer.learn_from(*job.teacher);
  if (job.base_lines != nullptr) trainer.watch(*job.base_lines);
  trainer.share_state();
  trainer.run(train_lines, validation_lines, events);
}

}  // namespace ocrbatch::recognizer
