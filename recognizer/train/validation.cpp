#include "recognizer/train/validation.h"

#include <torch/torch.h>

#include <algorithm>

#include "recognizer/hypothesis.h"
#include "recognizer/train/autocast.h"
#include "recognizer/train/labeled_batch.h"

namespace ocrbatch::recognizer {

Validation validate(LineNetwork& network, const Alphabet& alphabet, const LineSource& source,
                    const TrainConfig& config) {
  const torch::NoGradGuard no_grad;
  network.eval();
  const torch::Device device = network.parameters().front().device();
  const auto wanted = static_cast<std::uint64_t>(config.validation_lines);
  std::vector<LabeledLine> lines;
  for (std::uint64_t i = 0; i < std::min(source.size().value_or(wanted), wanted); ++i)
    lines.push_back(source.get(i));
  std::stable_sort(lines.begin(), lines.end(),
                   [](const LabeledLine& a, const LabeledLine& b) { return a.pixels.cols < b.pixels.cols; });

  Validation result;
  const auto add = [&result](const LabeledLine& line, const std::string& read) {
    result.rates.add(line.text, read);
    result.lines.push_back({line.name, line.text, read, line.pixels});
  };
  const auto batch_size = static_cast<std::size_t>(config.batch_size);
  for (std::size_t begin = 0; begin < lines.size(); begin += batch_size) {
    std::vector<const LabeledLine*> some;
    for (std::size_t i = begin; i < std::min(lines.size(), begin + batch_size); ++i) {
      some.push_back(&lines[i]);
      if (lines[i].pixels.empty()) add(lines[i], "");
    }
    const LabeledBatch batch = make_labeled_batch(some, alphabet, network, /*only_alignable=*/false);
    if (batch.lines.empty()) continue;
    const AutocastScope autocast(config.amp, device.type());
    const torch::Tensor encoded = network.forward(batch.pixels.images.to(device), batch.pixels.widths);
    const double loss = network.loss(encoded, batch.pixels.widths, batch.targets).item<double>();
    result.loss += loss * static_cast<double>(batch.lines.size());
    const auto line_height_px = static_cast<int>(batch.pixels.images.size(2));
    const auto read = network.read(encoded, batch.pixels.widths, Decoding{});
    for (std::size_t i = 0; i < read.size(); ++i)
      add(*batch.lines[i], to_hypothesis(read[i], alphabet, line_height_px).text());
  }
  if (result.rates.lines() > 0) result.loss /= static_cast<double>(result.rates.lines());
  return result;
}

}  // namespace ocrbatch::recognizer
