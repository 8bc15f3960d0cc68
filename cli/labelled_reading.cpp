#include "cli/labelled_reading.h"

#include <spdlog/spdlog.h>

#include <map>
#include <stdexcept>

namespace ocrbatch::cli {
namespace {

struct Batch {
  std::vector<cv::Mat> images;
  std::vector<std::size_t> numbers;
};

}  // namespace

std::vector<std::optional<LabelledReading>> read_labelled_lines(const recognizer::Recognizer& reader,
                                                                const recognizer::LineSource& lines,
                                                                std::uint64_t count) {
  std::vector<std::optional<LabelledReading>> readings(count);
  std::map<int, Batch> waiting;  // by width bucket
  const auto read = [&](Batch& batch) {
    if (batch.images.empty()) return;
    const auto hypotheses = reader.recognize(batch.images);
    for (std::size_t i = 0; i < hypotheses.size(); ++i)
      readings[batch.numbers[i]]->read = hypotheses[i].text();
    batch = {};
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    try {
      recognizer::LabeledLine line = lines.get(i);
      readings[i] = LabelledReading{line.text, ""};
      if (line.pixels.empty()) continue;
      const int bucket = reader.width_bucket(line.pixels.cols);
      Batch& batch = waiting[bucket];
      batch.images.push_back(std::move(line.pixels));
      batch.numbers.push_back(i);
      if (static_cast<int>(batch.images.size()) == reader.batch_size(bucket)) read(batch);
    } catch (const std::runtime_error& error) {
      if (readings[i]) throw;  // not the line's fault
      spdlog::error("left out: {}", error.what());
    }
  }
  for (auto& [bucket, batch] : waiting) read(batch);
  return readings;
}

}  // namespace ocrbatch::cli
