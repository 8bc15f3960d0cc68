#include "cli/confidence_fit.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

#include "cli/line_evaluation.h"
#include "cli/model_checksums.h"
#include "recognizer/confidence_calibration.h"
#include "recognizer/decoding.h"
#include "recognizer/recognizer.h"
#include "recognizer/word_outcomes.h"

namespace ocrbatch::cli {
namespace {

std::vector<recognizer::WordOutcome> read_words(const std::filesystem::path& model,
                                                const recognizer::RecognizerOptions& options,
                                                const std::vector<LinesToFit>& sources) {
  const auto reader = recognizer::load_recognizer(model, options);
  std::vector<recognizer::WordOutcome> words;
  for (const LinesToFit& source : sources) {
    for (const auto& line : evaluate_lines(*reader, *source.lines, source.count, "").lines) {
      if (line) std::ranges::copy(line->words, std::back_inserter(words));
    }
  }
  return words;
}

}  // namespace

std::vector<std::string> fit_confidences(const std::filesystem::path& model, const std::string& device,
                                         const std::vector<LinesToFit>& sources) {
  std::vector<std::string> trouble;
  const auto fit = [&](const char* decoder, int beam) {
    const auto words = read_words(model, {.device = device, .beam_width = beam}, sources);
    const auto found = recognizer::fit_calibration(words);
    if (found) return *found;
    const auto right = std::ranges::count(words, true, &recognizer::WordOutcome::right);
    trouble.push_back(fmt::format(
        "{} decoding read {} words and {} of them right: to calibrate confidences takes at least {} right "
        "ones, {} wrong ones, and less confidence in these",
        decoder, words.size(), right, recognizer::kLeastOutcomes, recognizer::kLeastOutcomes));
    return recognizer::ConfidenceCalibration{};
  };
  const recognizer::ConfidenceCalibrations found{fit("greedy", 1),
                                                 fit("beam", recognizer::kBeamWithLanguageModel)};
  if (trouble.size() == kDecodersFitted) return trouble;
  recognizer::set_confidence_calibrations(model, found);
  update_model_checksums(model, {"model.json"});
  spdlog::info("{}: confidence {}", (model / "model.json").string(),
               boost::json::serialize(recognizer::to_json(found)));
  return trouble;
}

}  // namespace ocrbatch::cli
