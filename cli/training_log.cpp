#include "cli/training_log.h"

#include <spdlog/spdlog.h>

#include "cli/text_layout.h"

namespace ocrbatch::cli {
namespace {

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
      "step {}/{} · loss {:.4f} · {:.0f} lines/s · {} left · lr {:.2e} · waiting for lines {:.0f} % "
      "({:.1f} s), forward {:.1f}, loss {:.1f}, backward {:.1f}, optimizer {:.1f}",
      p.step, report.total_steps, p.loss, p.lines_per_second, time_left(left), p.learning_rate,
      100 * p.wait_share.value_or(0), s.wait_for_lines, s.forward, s.loss, s.backward, s.optimizer);
  if (report.lines_too_short_for_ctc > 0) {
    spdlog::warn("{} left out so far: too short for the label, or empty",
                 counted(static_cast<std::uint64_t>(report.lines_too_short_for_ctc), "line"));
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

recognizer::TrainEvents logged_events(int epochs, int lines_a_step) {
  recognizer::TrainEvents events;
  events.on_start = log_parameters;
  events.on_base = [](const recognizer::ErrorRates& rates) {
    spdlog::info("base lines, before the first step: CER {:.2f} % of {} lines", 100 * rates.cer(),
                 rates.lines());
  };
  events.on_bad_step = [](const std::string& what) { spdlog::warn("{}", what); };
  events.on_log = [=](const recognizer::TrainReport& report) { log_progress(report, lines_a_step); };
  events.on_validation = [=](const recognizer::TrainReport& report, const recognizer::ErrorRates& rates,
                             bool best) {
    log_progress(report, lines_a_step);
    if (report.epoch) {
      spdlog::info("epoch {:.4g}/{} · train loss {:.4f} · test loss {:.4f} · test accuracy {:.2f} %",
                   *report.epoch, epochs, report.point.loss, report.point.validation_loss.value_or(0),
                   100 * rates.lines_right());
    }
    spdlog::info("validation: CER {:.2f} % · WER {:.2f} % · {:.1f} % of {} lines fully right{}",
                 100 * rates.cer(), 100 * rates.wer(), 100 * rates.lines_right(), rates.lines(),
                 best ? " · best so far, saved" : "");
    if (report.point.base_cer) {
      spdlog::info("base lines: CER {:.2f} %{}", 100 * *report.point.base_cer,
                   report.base_cer_before
                       ? fmt::format(" · {:.2f} % before the first step", 100 * *report.base_cer_before)
                       : "");
    }
  };
  return events;
}

}  // namespace ocrbatch::cli
