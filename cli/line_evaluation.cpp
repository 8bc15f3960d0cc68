#include "cli/line_evaluation.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <stdexcept>

#include "io/writer.h"
#include "recognizer/line_words.h"

namespace ocrbatch::cli {
namespace {

class Evaluator {
 public:
  Evaluator(const recognizer::Recognizer& reader, LineEvaluation& result)
      : reader_(reader), result_(result) {}

  void add(recognizer::LabeledLine line) {
    const std::size_t number = result_.lines.size();
    result_.lines.push_back(EvaluatedLine{std::move(line.name), std::move(line.text), "", 0, {}});
    if (line.pixels.empty()) return;
    const int bucket = reader_.width_bucket(line.pixels.cols);
    Batch& batch = waiting_[bucket];
    batch.images.push_back(std::move(line.pixels));
    batch.numbers.push_back(number);
    if (static_cast<int>(batch.images.size()) == reader_.batch_size(bucket)) read(batch);
  }

  void finish() {
    for (auto& [bucket, batch] : waiting_) read(batch);
    for (const auto& line : result_.lines) {
      if (line) result_.rates.add(line->truth, line->text);
    }
  }

 private:
  struct Batch {
    std::vector<cv::Mat> images;
    std::vector<std::size_t> numbers;
  };

  void read(Batch& batch) {
    const auto start = std::chrono::steady_clock::now();
    const auto hypotheses = reader_.recognize(batch.images);
    result_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (std::size_t i = 0; i < hypotheses.size(); ++i) {
      EvaluatedLine& line = *result_.lines[batch.numbers[i]];
      line.text = hypotheses[i].text();
      line.probability = hypotheses[i].probability();
      line.words = recognizer::word_outcomes(hypotheses[i], line.truth);
    }
    batch = {};
  }

  const recognizer::Recognizer& reader_;
  LineEvaluation& result_;
  std::map<int, Batch> waiting_;  // by width bucket
};

}  // namespace

LineEvaluation evaluate_lines(const recognizer::Recognizer& reader, const recognizer::LineSource& lines,
                              std::uint64_t count, const std::string& data) {
  LineEvaluation result;
  result.data = data;
  Evaluator evaluator(reader, result);
  for (std::uint64_t i = 0; i < count; ++i) {
    recognizer::LabeledLine line;
    try {
      line = lines.get(i);
    } catch (const std::runtime_error& error) {
      result.unreadable.emplace_back(error.what());
      result.lines.emplace_back();
      continue;
    }
    evaluator.add(std::move(line));
  }
  evaluator.finish();
  return result;
}

void report_unreadable(const std::vector<LineEvaluation>& evaluations) {
  constexpr std::uint64_t kShown = 20;
  std::uint64_t count = 0;
  for (const LineEvaluation& one : evaluations) {
    for (const std::string& why : one.unreadable) {
      if (count++ < kShown) spdlog::error("{}", why);
    }
  }
  if (count > kShown) spdlog::error("and {} lines more cannot be read", count - kShown);
}

void write_readings(const std::string& file, const std::vector<LineEvaluation>& evaluations) {
  std::ofstream stream(file);
  stream << "name\ttruth\treading\tprobability\n";
  for (const LineEvaluation& evaluation : evaluations) {
    for (const auto& line : evaluation.lines) {
      if (!line) continue;
      // The texts are lines with single spaces; a name may be anything.
      std::string name = line->name;
      std::ranges::replace_if(
          name, [](char c) { return c == '\t' || c == '\n'; }, ' ');
      stream << fmt::format("{}\t{}\t{}\t{:.4g}\n", name, line->truth, line->text, line->probability);
    }
  }
  if (!stream.flush()) throw io::OutputError(file + ": cannot be written");
}

}  // namespace ocrbatch::cli
