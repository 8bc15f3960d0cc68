// ocrbatch eval: a model's error rates on labelled lines.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <iterator>

#include "cli/commands.h"
#include "cli/confidence_fit.h"
#include "cli/decoding_options.h"
#include "cli/errors.h"
#include "cli/line_evaluation.h"
#include "cli/line_sets.h"
#include "cli/model_path.h"
#include "cli/open_recognizer.h"
#include "cli/options.h"
#include "cli/stdout_guard.h"
#include "io/writer.h"
#include "recognizer/confidence_calibration.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {
namespace {

constexpr const char* kDescription =
    "Reads labelled lines with a model and compares: CER and WER (edit distance over reference length, added "
    "up over\n"
    "all lines), lines that are fully right, CER of words with digits, lines a second, what the words' "
    "confidences are worth, and the worst confusions.\n"
    "\n"
    "--calibrate first fits the confidences to these lines and writes that into the model's folder, so that "
    "of all\n"
    "words of confidence 0.9 nine in ten are right. What is read stays the same.";

// All sources together.
struct Total {
  recognizer::ErrorRates rates;
  std::vector<recognizer::WordOutcome> words;  // before calibration
  std::uint64_t unreadable = 0;
  double seconds = 0;

  double lines_per_second() const { return static_cast<double>(rates.lines()) / std::max(seconds, 1e-9); }
};

Total add_up(const std::vector<LineEvaluation>& evaluations) {
  Total total;
  for (const LineEvaluation& one : evaluations) {
    for (const auto& line : one.lines) {
      if (!line) continue;
      total.rates.add(line->truth, line->text);
      std::ranges::copy(line->words, std::back_inserter(total.words));
    }
    total.unreadable += one.unreadable.size();
    total.seconds += one.seconds;
  }
  return total;
}

std::string shown(const std::string& character) {
  return character.empty() ? "nothing" : character == " " ? "space" : character;
}

constexpr std::size_t kConfusions = 20;

// What the words' confidences say, with the model's calibration.
std::string confidence_report(const std::vector<recognizer::WordOutcome>& words,
                              const recognizer::ConfidenceCalibration& calibration) {
  const auto said = recognizer::calibrated(words, calibration);
  std::string report = fmt::format(
      "words right {:.2f} % of {}, mean confidence {:.2f} %\n"
      "expected calibration error {:.2f} % in {} bins of equal size, not calibrated {:.2f} %\n",
      100 * recognizer::share_right(said), said.size(), 100 * recognizer::mean_confidence(said),
      100 * recognizer::expected_calibration_error(said), recognizer::kCalibrationBins,
      100 * recognizer::expected_calibration_error(words));
  const double auroc = recognizer::auroc(words);
  if (!std::isnan(auroc)) report += fmt::format("AUROC of confidence {:.2f} %\n", 100 * auroc);
  return report;
}

boost::json::object confidence_json(const std::vector<recognizer::WordOutcome>& words,
                                    const recognizer::ConfidenceCalibration& calibration) {
  const auto said = recognizer::calibrated(words, calibration);
  const double auroc = recognizer::auroc(words);
  return {{"words", said.size()},
          {"right", recognizer::share_right(said)},
          {"mean", recognizer::mean_confidence(said)},
          {"ece", recognizer::expected_calibration_error(said)},
          {"ece_uncalibrated", recognizer::expected_calibration_error(words)},
          {"auroc", std::isnan(auroc) ? boost::json::value() : boost::json::value(auroc)},
          {"calibration", recognizer::to_json(calibration)}};
}

void calibrate(const std::filesystem::path& model, const std::string& device,
               const std::vector<LineData>& sets, std::uint64_t count) {
  std::vector<LinesToFit> sources;
  for (const LineData& set : sets) sources.push_back({set.lines.get(), set.lines->size().value_or(count)});
  const auto trouble = fit_confidences(model, device, sources);
  if (trouble.size() == kDecodersFitted)
    throw InputError("--calibrate: " + boost::algorithm::join(trouble, "; "));
  for (const std::string& what : trouble) spdlog::warn("--calibrate: {}", what);
}

std::string text_report(const recognizer::ModelInfo& model, const Total& total,
                        const std::vector<LineEvaluation>& evaluations) {
  const recognizer::ErrorRates& rates = total.rates;
  std::string report = fmt::format(
      "lines {}\ncharacters {}\nCER {:.2f} %\nWER {:.2f} %\nlines fully right {:.2f} %\n"
      "CER of words with digits {:.2f} % of {} characters\nlines/s {:.1f}\n",
      rates.lines(), rates.characters(), 100 * rates.cer(), 100 * rates.wer(), 100 * rates.lines_right(),
      100 * rates.code_cer(), rates.code_characters(), total.lines_per_second());
  report += confidence_report(total.words, model.confidence);
  if (total.unreadable > 0) report += fmt::format("lines left out {}\n", total.unreadable);
  for (const LineEvaluation& one : evaluations) {
    if (evaluations.size() > 1)
      report +=
          fmt::format("CER {:.2f} % in {} lines of {}\n", 100 * one.rates.cer(), one.rates.lines(), one.data);
  }
  for (const auto& confusion : rates.worst_confusions(kConfusions)) {
    report += fmt::format("{:>8} x  {} read as {}\n", confusion.count, shown(confusion.truth),
                          shown(confusion.read));
  }
  return report;
}

void write_json(const std::string& file, const recognizer::ModelInfo& model, const std::string& data,
                const Total& total, const std::vector<LineEvaluation>& evaluations) {
  const recognizer::ErrorRates& rates = total.rates;
  boost::json::array sources, confusions;
  for (const LineEvaluation& one : evaluations) {
    sources.push_back({{"data", one.data},
                       {"lines", one.rates.lines()},
                       {"lines_left_out", one.unreadable.size()},
                       {"characters", one.rates.characters()},
                       {"cer", one.rates.cer()},
                       {"wer", one.rates.wer()}});
  }
  for (const auto& confusion : rates.worst_confusions(kConfusions))
    confusions.push_back({{"truth", confusion.truth}, {"read", confusion.read}, {"count", confusion.count}});
  std::ofstream stream(file);
  stream << boost::json::serialize(
                boost::json::object{{"model", model.name},
                                    {"model_sha256", model.sha256},
                                    {"data", data},
                                    {"sources", std::move(sources)},
                                    {"lines_left_out", total.unreadable},
                                    {"lines", rates.lines()},
                                    {"characters", rates.characters()},
                                    {"cer", rates.cer()},
                                    {"wer", rates.wer()},
                                    {"lines_right", rates.lines_right()},
                                    {"code_cer", rates.code_cer()},
                                    {"code_characters", rates.code_characters()},
                                    {"decoding", model.decoding},
                                    {"confidence", confidence_json(total.words, model.confidence)},
                                    {"lines_per_second", total.lines_per_second()},
                                    {"confusions", std::move(confusions)}})
         << "\n";
  if (!stream.flush()) throw io::OutputError(file + ": cannot be written");
}

}  // namespace

ExitCode run_eval_command(const std::vector<std::string>& arguments) {
  std::string model = kDefaultModel, json, readings, device = "auto";
  std::vector<std::string> data, text, fonts;
  std::uint64_t seed = 1, count = 1000;
  bool calibrates = false;
  CommandOptions options("eval --model MODEL --data DATA", kDescription);
  options.group("Input")("model", value(&model, "NAME|DIR"), "the model to measure")(
      "data", value(&data, "DATA...")->multitoken(),
      "labelled lines: a list, a folder, pages with ground truth, or synth:RECIPE")(
      "text", value(&text, "PATH")->multitoken(), "texts for synthetic lines")(
      "fonts", value(&fonts, "DIR")->multitoken(), "more fonts for synthetic lines")(
      "seed", value(&seed, "N"), "of synthetic lines")("count", value(&count, "N"),
                                                       "how many synthetic lines");
  options.group("Output")("json", value(&json, "FILE"), "the figures as JSON")(
      "readings", value(&readings, "FILE"),
      "each line's name, truth, reading and the reading's probability, separated by tabs");
  options.group("Calibration")("calibrate", flag(&calibrates),
                               "fit the model's confidences to these lines and store that in its folder");
  DecodingChoices decoding;
  add_decoding_options(options.group("Decoding"), decoding);
  options.group("Running")("device", value(&device, "NAME"), "auto (default), cpu, cuda or cuda:N");
  if (!options.parse(arguments)) return ExitCode::kOk;
  if (data.empty()) throw UsageError("--data is missing");
  require_device_name(device);

  const std::filesystem::path folder = find_model(model);
  const recognizer::RecognizerOptions reading = recognizer_options(options, decoding, device);
  auto reader = open_recognizer(folder, reading);
  const recognizer::ModelInfo described = reader->info();
  const auto sets = open_line_sets("--data", data, false, {text, fonts, seed},
                                   recognizer::Alphabet(described.alphabet), described.line_preparation);
  if (calibrates) {
    calibrate(folder, device, sets, count);
    reader = open_recognizer(folder, reading);
  }
  std::vector<LineEvaluation> evaluations;
  for (const LineData& set : sets)
    evaluations.push_back(evaluate_lines(*reader, *set.lines, set.lines->size().value_or(count), set.spec));
  report_unreadable(evaluations);
  const Total total = add_up(evaluations);
  if (total.rates.lines() == 0) throw InputError("none of the lines can be read");

  if (!readings.empty()) write_readings(readings, evaluations);
  print_result(text_report(reader->info(), total, evaluations));
  if (!json.empty()) {
    write_json(json, reader->info(), boost::algorithm::join(data, " "), total, evaluations);
  }
  return total.unreadable > 0 ? ExitCode::kSomeFailed : ExitCode::kOk;
}

}  // namespace ocrbatch::cli
