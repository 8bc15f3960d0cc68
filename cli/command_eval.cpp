// ocrbatch eval: a model's error rates on labelled lines.
#include <spdlog/spdlog.h>

#include <boost/algorithm/string/join.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <stdexcept>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/line_sets.h"
#include "cli/model_path.h"
#include "cli/options.h"
#include "cli/stdout_guard.h"
#include "io/writer.h"
#include "recognizer/error_rates.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {
namespace {

constexpr const char* kDescription =
    "Reads labelled lines with a model and compares: CER and WER (edit distance over reference length, added "
    "up over\n"
    "all lines), lines that are fully right, and the worst confusions.";

// Rates of one source and of all.
struct Measured {
  std::string data;
  recognizer::ErrorRates rates;
  std::vector<std::string> unreadable;  // why, one a line
};

void evaluate(const recognizer::Recognizer& reader, const recognizer::LineSource& lines, std::uint64_t count,
              Measured& own, recognizer::ErrorRates& all) {
  std::map<int, std::vector<recognizer::LabeledLine>> waiting;  // by width bucket
  const auto add = [&](const std::string& truth, const std::string& read) {
    own.rates.add(truth, read);
    all.add(truth, read);
  };
  const auto flush = [&](std::vector<recognizer::LabeledLine>& batch) {
    std::vector<cv::Mat> images;
    for (const auto& line : batch) images.push_back(line.pixels);
    const auto read = reader.recognize(images);
    for (std::size_t i = 0; i < batch.size(); ++i) add(batch[i].text, read[i].text());
    batch.clear();
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    recognizer::LabeledLine line;
    try {
      line = lines.get(i);
    } catch (const std::runtime_error& error) {
      own.unreadable.emplace_back(error.what());
      continue;
    }
    if (line.pixels.empty()) {
      add(line.text, "");
      continue;
    }
    const int bucket = reader.width_bucket(line.pixels.cols);
    auto& batch = waiting[bucket];
    batch.push_back(std::move(line));
    if (static_cast<int>(batch.size()) == reader.batch_size(bucket)) flush(batch);
  }
  for (auto& [bucket, batch] : waiting) {
    if (!batch.empty()) flush(batch);
  }
}

// Names them on standard error, the first ones of many.
std::uint64_t report_unreadable(const std::vector<Measured>& measured) {
  constexpr std::uint64_t kShown = 20;
  std::uint64_t count = 0;
  for (const Measured& one : measured) {
    for (const std::string& why : one.unreadable) {
      if (count++ < kShown) spdlog::error("{}", why);
    }
  }
  if (count > kShown) spdlog::error("and {} lines more cannot be read", count - kShown);
  return count;
}

std::string shown(const std::string& character) {
  return character.empty() ? "nothing" : character == " " ? "space" : character;
}

}  // namespace

ExitCode run_eval_command(const std::vector<std::string>& arguments) {
  std::string model = kDefaultModel, json, device = "auto";
  std::vector<std::string> data, text, fonts;
  std::uint64_t seed = 1, count = 1000;
  CommandOptions options("eval --model MODEL --data DATA", kDescription);
  options.group("Input")("model", value(&model, "NAME|DIR"), "the model to measure")(
      "data", value(&data, "DATA...")->multitoken(),
      "labelled lines: a list, a folder, pages with ground truth, or synth:RECIPE")(
      "text", value(&text, "PATH")->multitoken(), "texts for synthetic lines")(
      "fonts", value(&fonts, "DIR")->multitoken(), "more fonts for synthetic lines")(
      "seed", value(&seed, "N"), "of synthetic lines")("count", value(&count, "N"),
                                                       "how many synthetic lines");
  options.group("Output")("json", value(&json, "FILE"), "the figures as JSON");
  options.group("Running")("device", value(&device, "auto|cpu"), "where to compute");
  if (!options.parse(arguments)) return ExitCode::kOk;
  if (data.empty()) throw UsageError("--data is missing");

  const auto reader = recognizer::load_recognizer(find_model(model), device);
  const auto sets =
      open_line_sets("--data", data, false, {text, fonts, seed},
                     recognizer::Alphabet(reader->info().alphabet), reader->info().line_preparation);
  recognizer::ErrorRates rates;
  std::vector<Measured> measured;
  for (const LineData& set : sets) {
    evaluate(*reader, *set.lines, set.lines->size().value_or(count),
             measured.emplace_back(Measured{set.spec, {}, {}}), rates);
  }
  const std::uint64_t unreadable = report_unreadable(measured);
  if (rates.lines() == 0) throw InputError("none of the lines can be read");

  std::string report = fmt::format(
      "lines {}\ncharacters {}\nCER {:.2f} %\nWER {:.2f} %\nlines fully right {:.2f} %\n", rates.lines(),
      rates.characters(), 100 * rates.cer(), 100 * rates.wer(), 100 * rates.lines_right());
  if (unreadable > 0) report += fmt::format("lines left out {}\n", unreadable);
  boost::json::array parts;
  for (const Measured& one : measured) {
    if (measured.size() > 1)
      report +=
          fmt::format("CER {:.2f} % in {} lines of {}\n", 100 * one.rates.cer(), one.rates.lines(), one.data);
    parts.push_back({{"data", one.data},
                     {"lines", one.rates.lines()},
                     {"lines_left_out", one.unreadable.size()},
                     {"characters", one.rates.characters()},
                     {"cer", one.rates.cer()},
                     {"wer", one.rates.wer()}});
  }
  boost::json::array confusions;
  for (const auto& confusion : rates.worst_confusions(20)) {
    report += fmt::format("{:>8} x  {} read as {}\n", confusion.count, shown(confusion.truth),
                          shown(confusion.read));
    confusions.push_back({{"truth", confusion.truth}, {"read", confusion.read}, {"count", confusion.count}});
  }
  print_result(report);
  if (!json.empty()) {
    std::ofstream stream(json);
    stream << boost::json::serialize(boost::json::object{{"model", reader->info().name},
                                                         {"model_sha256", reader->info().sha256},
                                                         {"data", boost::algorithm::join(data, " ")},
                                                         {"sources", std::move(parts)},
                                                         {"lines_left_out", unreadable},
                                                         {"lines", rates.lines()},
                                                         {"characters", rates.characters()},
                                                         {"cer", rates.cer()},
                                                         {"wer", rates.wer()},
                                                         {"lines_right", rates.lines_right()},
                                                         {"confusions", std::move(confusions)}})
           << "\n";
    if (!stream.flush()) throw io::OutputError(json + ": cannot be written");
  }
  return unreadable > 0 ? ExitCode::kSomeFailed : ExitCode::kOk;
}

}  // namespace ocrbatch::cli
