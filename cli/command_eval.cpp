// ocrbatch eval: a model's error rates on labelled lines.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <map>

#include "cli/commands.h"
#include "cli/decoding_options.h"
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
    "all lines), lines that are fully right, CER of words with digits, lines a second, and the "
    "worst confusions.";

struct Reading {
  std::string name, truth, text;
  double probability = 0;
};

struct Evaluation {
  recognizer::ErrorRates rates;
  std::vector<Reading> readings;  // by line
  double seconds = 0;             // spent reading
};

class Evaluator {
 public:
  explicit Evaluator(const recognizer::Recognizer& reader) : reader_(reader) {}

  Evaluation evaluate(const recognizer::LineSource& lines, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      recognizer::LabeledLine line = lines.get(i);
      result_.readings.push_back({line.name, line.text, "", 0});
      if (line.pixels.empty()) continue;
      const int bucket = reader_.width_bucket(line.pixels.cols);
      Batch& batch = waiting_[bucket];
      batch.images.push_back(line.pixels);
      batch.numbers.push_back(i);
      if (static_cast<int>(batch.images.size()) == reader_.batch_size(bucket)) read(batch);
    }
    for (auto& [bucket, batch] : waiting_) read(batch);
    for (const Reading& reading : result_.readings) result_.rates.add(reading.truth, reading.text);
    return std::move(result_);
  }

 private:
  struct Batch {
    std::vector<cv::Mat> images;
    std::vector<std::uint64_t> numbers;
  };

  void read(Batch& batch) {
    const auto start = std::chrono::steady_clock::now();
    const auto hypotheses = reader_.recognize(batch.images);
    result_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (std::size_t i = 0; i < hypotheses.size(); ++i) {
      Reading& reading = result_.readings[batch.numbers[i]];
      reading.text = hypotheses[i].text();
      reading.probability = hypotheses[i].probability();
    }
    batch = {};
  }

  const recognizer::Recognizer& reader_;
  std::map<int, Batch> waiting_;  // by width bucket
  Evaluation result_;
};

void write_readings(const std::string& file, const std::vector<Reading>& readings) {
  std::ofstream stream(file);
  stream << "name\ttruth\treading\tprobability\n";
  for (const Reading& reading : readings) {
    // The texts are lines with single spaces; a name may be anything.
    std::string name = reading.name;
    std::ranges::replace_if(
        name, [](char c) { return c == '\t' || c == '\n'; }, ' ');
    stream << fmt::format("{}\t{}\t{}\t{:.4g}\n", name, reading.truth, reading.text, reading.probability);
  }
  if (!stream.flush()) throw io::OutputError(file + ": cannot be written");
}

std::string shown(const std::string& character) {
  return character.empty() ? "nothing" : character == " " ? "space" : character;
}

}  // namespace

ExitCode run_eval_command(const std::vector<std::string>& arguments) {
  std::string model = kDefaultModel, data, json, readings, device = "auto";
  std::vector<std::string> text, fonts;
  std::uint64_t seed = 1, count = 1000;
  CommandOptions options("eval --model MODEL --data DATA", kDescription);
  options.group("Input")("model", value(&model, "NAME|DIR"), "the model to measure")(
      "data", value(&data, "LIST|DIR|synth:FILE"), "labelled lines")(
      "text", value(&text, "PATH")->multitoken(), "texts for synthetic lines")(
      "fonts", value(&fonts, "DIR")->multitoken(), "more fonts for synthetic lines")(
      "seed", value(&seed, "N"), "of synthetic lines")("count", value(&count, "N"),
                                                       "how many synthetic lines");
  options.group("Output")("json", value(&json, "FILE"), "the figures as JSON")(
      "readings", value(&readings, "FILE"),
      "each line's name, truth, reading and the reading's probability, separated by tabs");
  DecodingChoices decoding;
  add_decoding_options(options.group("Decoding"), decoding);
  options.group("Running")("device", value(&device, "auto|cpu"), "where to compute");
  if (!options.parse(arguments)) return ExitCode::kOk;
  if (data.empty()) throw UsageError("--data is missing");

  const auto reader =
      recognizer::load_recognizer(find_model(model), recognizer_options(options, decoding, device));
  const auto lines = open_line_data(data, {text, fonts, seed}, recognizer::Alphabet(reader->info().alphabet),
                                    reader->info().line_preparation);
  const Evaluation evaluation = Evaluator(*reader).evaluate(*lines, lines->size().value_or(count));
  const recognizer::ErrorRates& rates = evaluation.rates;
  if (!readings.empty()) write_readings(readings, evaluation.readings);
  const double lines_per_second = static_cast<double>(rates.lines()) / std::max(evaluation.seconds, 1e-9);

  std::string report = fmt::format(
      "lines {}\ncharacters {}\nCER {:.2f} %\nWER {:.2f} %\nlines fully right {:.2f} %\n"
      "CER of words with digits {:.2f} % of {} characters\nlines/s {:.1f}\n",
      rates.lines(), rates.characters(), 100 * rates.cer(), 100 * rates.wer(), 100 * rates.lines_right(),
      100 * rates.code_cer(), rates.code_characters(), lines_per_second);
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
                                                         {"code_cer", rates.code_cer()},
                                                         {"code_characters", rates.code_characters()},
                                                         {"decoding", reader->info().decoding},
                                                         {"lines_per_second", lines_per_second},
                                                         {"confusions", std::move(confusions)}})
           << "\n";
    if (!stream.flush()) throw io::OutputError(json + ": cannot be written");
  }
  return ExitCode::kOk;
}

}  // namespace ocrbatch::cli
