// ocrbatch eval: a model's error rates on labelled lines.
#include <spdlog/fmt/fmt.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/line_data.h"
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

recognizer::ErrorRates evaluate(const recognizer::Recognizer& reader, const recognizer::LineSource& lines,
                                std::uint64_t count) {
  recognizer::ErrorRates rates;
  std::map<int, std::vector<recognizer::LabeledLine>> waiting;  // by width bucket
  const auto flush = [&](std::vector<recognizer::LabeledLine>& batch) {
    std::vector<cv::Mat> images;
    for (const auto& line : batch) images.push_back(line.pixels);
    const auto read = reader.recognize(images);
    for (std::size_t i = 0; i < batch.size(); ++i) rates.add(batch[i].text, read[i].text());
    batch.clear();
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    recognizer::LabeledLine line = lines.get(i);
    if (line.pixels.empty()) {
      rates.add(line.text, "");
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
  return rates;
}

std::string shown(const std::string& character) {
  return character.empty() ? "nothing" : character == " " ? "space" : character;
}

}  // namespace

ExitCode run_eval_command(const std::vector<std::string>& arguments) {
  std::string model = kDefaultModel, data, json, device = "auto";
  std::vector<std::string> text, fonts;
  std::uint64_t seed = 1, count = 1000;
  CommandOptions options("eval --model MODEL --data DATA", kDescription);
  options.group("Input")("model", value(&model, "NAME|DIR"), "the model to measure")(
      "data", value(&data, "LIST|DIR|synth:FILE"), "labelled lines")(
      "text", value(&text, "PATH")->multitoken(), "texts for synthetic lines")(
      "fonts", value(&fonts, "DIR")->multitoken(), "more fonts for synthetic lines")(
      "seed", value(&seed, "N"), "of synthetic lines")("count", value(&count, "N"),
                                                       "how many synthetic lines");
  options.group("Output")("json", value(&json, "FILE"), "the figures as JSON");
  options.group("Running")("device", value(&device, "auto|cpu"), "where to compute");
  if (!options.parse(arguments)) return ExitCode::kOk;
  if (data.empty()) throw UsageError("--data is missing");

  const auto reader = recognizer::load_recognizer(find_model(model), device);
  const auto lines = open_line_data(data, {text, fonts, seed}, recognizer::Alphabet(reader->info().alphabet),
                                    reader->info().line_preparation);
  const recognizer::ErrorRates rates = evaluate(*reader, *lines, lines->size().value_or(count));

  std::string report = fmt::format(
      "lines {}\ncharacters {}\nCER {:.2f} %\nWER {:.2f} %\nlines fully right {:.2f} %\n", rates.lines(),
      rates.characters(), 100 * rates.cer(), 100 * rates.wer(), 100 * rates.lines_right());
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
                                                         {"data", data},
                                                         {"lines", rates.lines()},
                                                         {"characters", rates.characters()},
                                                         {"cer", rates.cer()},
                                                         {"wer", rates.wer()},
                                                         {"lines_right", rates.lines_right()},
                                                         {"confusions", std::move(confusions)}})
           << "\n";
    if (!stream.flush()) throw io::OutputError(json + ": cannot be written");
  }
  return ExitCode::kOk;
}

}  // namespace ocrbatch::cli
