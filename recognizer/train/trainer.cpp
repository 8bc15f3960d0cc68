#include "recognizer/train/trainer.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "recognizer/ctc_decoder.h"
#include "recognizer/line_batch.h"
#include "recognizer/model_folder.h"
#include "recognizer/safetensors.h"
#include "recognizer/train/batch_loader.h"

namespace ocrbatch::recognizer {
namespace {

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

class AutocastScope {
 public:
  explicit AutocastScope(bool enabled) : enabled_(enabled) {
    if (!enabled_) return;
    at::autocast::set_autocast_enabled(at::kCPU, true);
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  }
  ~AutocastScope() {
    if (!enabled_) return;
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(at::kCPU, false);
  }
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  bool enabled_;
};

int cores() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

LineBatch to_batch(const std::vector<const LabeledLine*>& lines) {
  std::vector<cv::Mat> images;
  int columns = 1;
  for (const LabeledLine* line : lines) {
    images.push_back(line->pixels);
    columns = std::max(columns, line->pixels.cols);
  }
  // A few widths instead of all: oneDNN compiles a kernel for each shape it meets.
  return make_line_batch(images, (columns + 31) / 32 * 32);
}

// Frames that CTC needs at least: one a label and one blank between equal neighbours.
int frames_needed(const std::vector<int>& labels) {
  int needed = static_cast<int>(labels.size());
  for (std::size_t i = 1; i < labels.size(); ++i) needed += labels[i] == labels[i - 1] ? 1 : 0;
  return needed;
}

// Labels of several lines, one after the other, as CTC takes them.
struct Targets {
  std::vector<int> labels;
  std::vector<int64_t> label_counts, frame_counts;

  void add(const std::vector<int>& line, int frames) {
    labels.insert(labels.end(), line.begin(), line.end());
    label_counts.push_back(static_cast<int64_t>(line.size()));
    frame_counts.push_back(frames);
  }
};

// logits (batch, T, classes). Mean over the lines of each line's loss by its number of labels; a line that
// cannot be aligned counts zero.
torch::Tensor mean_ctc_loss(const torch::Tensor& logits, const Targets& targets) {
  return torch::ctc_loss(
      torch::log_softmax(logits, -1).transpose(0, 1), torch::tensor(targets.labels, torch::kLong),
      torch::tensor(targets.frame_counts, torch::kLong), torch::tensor(targets.label_counts, torch::kLong),
      Alphabet::kBlank, at::Reduction::Mean,
      /*zero_infinity=*/true);
}

}  // namespace

Trainer::Trainer(const ModelConfig& model, const TrainConfig& train, boost::json::object recipe,
                 std::filesystem::path out)
    : model_config_(model), config_(train), recipe_(std::move(recipe)), out_(std::move(out)) {
  torch::manual_seed(config_.seed);
  network_ = build_network(model_config_);
  network_->to(torch::kFloat, /*non_blocking=*/false);
  std::vector<torch::Tensor> matrices, vectors;
  for (const auto& item : network_->named_parameters()) {
    // Biases, norms and the scan's A and D are not decayed (mamba-ssm marks them so).
    const bool decayed = item.value().dim() >= 2 && item.key().find("A_") == std::string::npos;
    (decayed ? matrices : vectors).push_back(item.value());
  }
  auto options = torch::optim::AdamWOptions(config_.learning_rate).weight_decay(config_.weight_decay);
  auto plain = torch::optim::AdamWOptions(config_.learning_rate).weight_decay(0.0);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(matrices, std::make_unique<torch::optim::AdamWOptions>(options));
  groups.emplace_back(vectors, std::make_unique<torch::optim::AdamWOptions>(plain));
  optimizer_ = std::make_unique<torch::optim::AdamW>(std::move(groups), options);
  for (const auto& [name, tensor] : named_state(*network_)) average_[name] = tensor.detach().clone();
  std::filesystem::create_directories(out_);
}

void Trainer::initialize_from(const std::filesystem::path& folder) {
  const LoadedModel other = load_model(folder);
  auto state = named_state(*other.network);
  const auto fresh = named_state(*network_);
  // Rows of the last layer belong to labels: shared ones move to their place in the new alphabet, new ones
  // start fresh.
  for (const char* name : {"head.weight", "head.bias"}) {
    torch::Tensor rows = fresh.at(name).detach().clone();
    rows[Alphabet::kBlank].copy_(state.at(name)[Alphabet::kBlank]);
    for (std::size_t i = 0; i < model_config_.alphabet.labels().size(); ++i) {
      const std::vector<int> old = other.config.alphabet.encode(model_config_.alphabet.labels()[i]);
      if (old.size() == 1) rows[static_cast<int64_t>(i) + 1].copy_(state.at(name)[old.front()]);
    }
    state[name] = rows;
  }
  load_state(*network_, state, folder.string());
  for (const auto& [name, tensor] : named_state(*network_)) average_[name] = tensor.detach().clone();
}

std::uint64_t Trainer::lines_per_epoch(const LineSource& lines) const {
  return config_.lines_per_epoch > 0 ? static_cast<std::uint64_t>(config_.lines_per_epoch)
                                     : lines.lines_per_pass();
}

std::int64_t Trainer::total_steps(const LineSource& lines) const {
  if (config_.max_steps > 0) return config_.max_steps;
  const std::uint64_t an_epoch = lines_per_epoch(lines);
  if (an_epoch == 0)
    throw std::runtime_error("endless training lines need train.max_steps or train.lines_per_epoch");
  const auto batch = static_cast<std::uint64_t>(config_.batch_size);
  return static_cast<std::int64_t>((an_epoch * static_cast<std::uint64_t>(config_.epochs) + batch - 1) /
                                   batch);
}

Trainer::StepResult Trainer::step(const std::vector<LabeledLine>& lines) {
  std::vector<const LabeledLine*> usable;
  Targets targets;
  for (const LabeledLine& line : lines) {
    const std::vector<int> encoded = model_config_.alphabet.encode(line.text);
    if (line.pixels.empty() || encoded.empty() ||
        network_->frames(line.pixels.cols) < frames_needed(encoded)) {
      ++lines_too_short_;
      continue;
    }
    usable.push_back(&line);
    targets.add(encoded, network_->frames(line.pixels.cols));
  }
  if (usable.empty()) return {};

  for (auto& group : optimizer_->param_groups()) group.options().set_lr(schedule_.at(step_));
  // Dropout of a step depends on the step alone, so a resumed run repeats it.
  torch::manual_seed(config_.seed * 1000003 + static_cast<std::uint64_t>(step_));
  const LineBatch batch = to_batch(usable);
  optimizer_->zero_grad();
  torch::Tensor logits;
  {
    const Stopwatch watch(phases_.forward);
    const AutocastScope autocast(config_.amp == "bf16");
    logits = network_->forward(batch.images, batch.widths);
  }
  torch::Tensor loss;
  {
    const Stopwatch watch(phases_.loss);
    loss = mean_ctc_loss(logits, targets);
  }
  {
    const Stopwatch watch(phases_.backward);
    loss.backward();
  }
  const Stopwatch watch(phases_.optimizer);
  const double norm = torch::nn::utils::clip_grad_norm_(network_->parameters(), config_.gradient_clip);
  // One bad batch must not ruin a run: its update is left out.
  if (std::isfinite(norm)) optimizer_->step();
  update_average();
  return {loss.item<double>(), usable.size()};
}

void Trainer::update_average() {
  const torch::NoGradGuard no_grad;
  // The first steps move fast: a short memory then, the full one later.
  const double warm = (1.0 + static_cast<double>(step_)) / (10.0 + static_cast<double>(step_));
  const double decay = std::min(config_.ema_decay, warm);
  for (const auto& [name, tensor] : named_state(*network_))
    average_.at(name).lerp_(tensor.detach(), 1.0 - decay);
}

Trainer::Validation Trainer::validate(const LineSource& lines) {
  const torch::NoGradGuard no_grad;
  std::map<std::string, torch::Tensor> training_state;
  for (const auto& [name, tensor] : named_state(*network_)) training_state[name] = tensor.detach().clone();
  if (config_.ema_decay > 0) load_state(*network_, average_, "the moving average");
  network_->eval();

  Validation result;
  ErrorRates& rates = result.rates;
  const auto available = lines.size();
  const auto wanted = static_cast<std::uint64_t>(config_.validation_lines);
  const std::uint64_t count = available ? std::min(*available, wanted) : wanted;
  std::vector<LabeledLine> all;
  for (std::uint64_t i = 0; i < count; ++i) all.push_back(lines.get(i));
  std::stable_sort(all.begin(), all.end(),
                   [](const LabeledLine& a, const LabeledLine& b) { return a.pixels.cols < b.pixels.cols; });
  for (std::size_t begin = 0; begin < all.size(); begin += static_cast<std::size_t>(config_.batch_size)) {
    std::vector<const LabeledLine*> some;
    std::vector<int> frames;
    Targets targets;
    for (std::size_t i = begin;
         i < std::min(all.size(), begin + static_cast<std::size_t>(config_.batch_size)); ++i) {
      if (all[i].pixels.empty()) {
        rates.add(all[i].text, "");
        continue;
      }
      some.push_back(&all[i]);
      frames.push_back(network_->frames(all[i].pixels.cols));
      targets.add(model_config_.alphabet.encode(all[i].text), frames.back());
    }
    if (some.empty()) continue;
    const LineBatch batch = to_batch(some);
    torch::Tensor logits;
    {
      const AutocastScope autocast(config_.amp == "bf16");
      logits = network_->forward(batch.images, batch.widths);
    }
    result.loss += mean_ctc_loss(logits, targets).item<double>() * static_cast<double>(some.size());
    const auto decoded = decode_greedy(logits, frames);
    for (std::size_t i = 0; i < some.size(); ++i) {
      rates.add(some[i]->text,
                to_hypothesis(decoded[i], model_config_.alphabet, network_->frame_grid()).text());
    }
  }
  network_->train();
  load_state(*network_, training_state, "the training state");
  if (rates.lines() > 0) result.loss /= static_cast<double>(rates.lines());
  return result;
}

void Trainer::run(const LineSource& train_lines, const LineSource& validation_lines,
                  const TrainEvents& events) {
  at::set_num_threads(config_.threads > 0 ? config_.threads : cores());
  schedule_.peak = config_.learning_rate;
  schedule_.warmup = config_.warmup;
  schedule_.steps = total_steps(train_lines);
  curve_ = std::make_unique<LearningCurve>(out_ / "curve.csv", step_);
  BatchLoader loader(train_lines, config_.batch_size, config_.workers > 0 ? config_.workers : cores(),
                     config_.seed, step_);
  network_->train();

  const auto batch = static_cast<std::uint64_t>(config_.batch_size);
  const std::uint64_t an_epoch = lines_per_epoch(train_lines);
  if (an_epoch == 0 && (config_.validate_every_steps == 0 || config_.checkpoint_every_steps == 0))
    throw std::runtime_error(
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
    const StepResult result = step(lines);
    ++step_;
    lines_seen_ += lines.size();
    lines_since += result.lines;
    loss_sum += result.loss;
    ++steps_since;

    const bool last = step_ == schedule_.steps, stop = events.should_stop && events.should_stop();
    const bool validates = is_due(config_.validate_every_steps) || last;
    if (step_ % config_.log_every_steps == 0 || validates || stop) {
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
      if (validates) {
        const Validation validation = validate(validation_lines);
        const ErrorRates& rates = validation.rates;
        report.point.validation_loss = validation.loss;
        report.point.cer = rates.cer();
        report.point.wer = rates.wer();
        const bool best = rates.cer() < best_cer_;
        validations_without_gain_ = best ? 0 : validations_without_gain_ + 1;
        if (best) {
          best_cer_ = rates.cer();
          save_best(rates);
        }
        if (events.on_validation) events.on_validation(report, rates, best);
      } else if (events.on_log) {
        events.on_log(report);
      }
      curve_->add(report.point);
      if (validates) curve_->draw(out_ / "curve.svg");
      loss_sum = 0;
      lines_since = 0;
      steps_since = 0;
      since = now_seconds();
    }
    const bool enough = config_.patience > 0 && validations_without_gain_ >= config_.patience;
    if (is_due(config_.checkpoint_every_steps) || last || stop || enough) save_checkpoint();
    if (stop || enough) break;
  }
}

void Trainer::save_best(const ErrorRates& rates) const {
  boost::json::object training = recipe_;
  training["steps"] = step_;
  training["lines_seen"] = lines_seen_;
  const boost::json::object measured{
      {"validation_cer", rates.cer()}, {"validation_wer", rates.wer()}, {"validation_lines", rates.lines()}};
  save_model(out_ / "model", model_config_, config_.ema_decay > 0 ? average_ : named_state(*network_),
             training, measured);
}

void Trainer::save_checkpoint() const {
  TensorFile file;
  for (const auto& [name, tensor] : named_state(*network_)) file.tensors["model." + name] = tensor;
  for (const auto& [name, tensor] : average_) file.tensors["average." + name] = tensor;
  for (const auto& item : network_->named_parameters()) {
    const auto found = optimizer_->state().find(item.value().unsafeGetTensorImpl());
    if (found == optimizer_->state().end()) continue;
    const auto& state = static_cast<const torch::optim::AdamWParamState&>(*found->second);
    file.tensors["adamw.exp_avg." + item.key()] = state.exp_avg();
    file.tensors["adamw.exp_avg_sq." + item.key()] = state.exp_avg_sq();
    file.tensors["adamw.step." + item.key()] = torch::tensor({state.step()}, torch::kLong);
  }
  file.metadata["model"] = boost::json::serialize(to_json(model_config_));
  file.metadata["train"] = boost::json::serialize(to_json(config_));
  file.metadata["step"] = std::to_string(step_);
  file.metadata["lines_seen"] = std::to_string(lines_seen_);
  file.metadata["lines_too_short"] = std::to_string(lines_too_short_);
  file.metadata["best_cer"] = std::to_string(best_cer_);
  file.metadata["validations_without_gain"] = std::to_string(validations_without_gain_);
  write_safetensors(checkpoint_file(), file);
}

void Trainer::resume() {
  if (!std::filesystem::exists(checkpoint_file())) {
    throw std::runtime_error(checkpoint_file().string() + ": there is no checkpoint to resume from");
  }
  const TensorFile file = read_safetensors(checkpoint_file());
  const std::string where = checkpoint_file().string();
  if (file.metadata.at("model") != boost::json::serialize(to_json(model_config_))) {
    throw std::runtime_error(where +
                             ": was made with another model configuration; start afresh or use that one");
  }
  std::map<std::string, torch::Tensor> model;
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with("model.")) model[name.substr(6)] = tensor;
    if (name.starts_with("average.")) average_.at(name.substr(8)).copy_(tensor);
  }
  load_state(*network_, model, where);
  for (const auto& item : network_->named_parameters()) {
    const auto found = file.tensors.find("adamw.exp_avg." + item.key());
    if (found == file.tensors.end()) continue;
    auto state = std::make_unique<torch::optim::AdamWParamState>();
    state->exp_avg(found->second);
    state->exp_avg_sq(file.tensors.at("adamw.exp_avg_sq." + item.key()));
    state->step(file.tensors.at("adamw.step." + item.key()).item<int64_t>());
    optimizer_->state()[item.value().unsafeGetTensorImpl()] = std::move(state);
  }
  step_ = std::stoll(file.metadata.at("step"));
  lines_seen_ = std::stoull(file.metadata.at("lines_seen"));
  lines_too_short_ = std::stoull(file.metadata.at("lines_too_short"));
  best_cer_ = std::stod(file.metadata.at("best_cer"));
  validations_without_gain_ = std::stoi(file.metadata.at("validations_without_gain"));
}

void train(const TrainJob& job, const LineSource& train_lines, const LineSource& validation_lines,
           const TrainEvents& events) {
  Trainer trainer(job.model, job.train, job.recipe, job.out);
  if (job.resume) {
    trainer.resume();
  } else if (job.init_from) {
    trainer.initialize_from(*job.init_from);
  }
  trainer.run(train_lines, validation_lines, events);
}

}  // namespace ocrbatch::recognizer
