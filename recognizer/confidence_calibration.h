// Finding a model's ConfidenceCalibration and keeping it in the model's folder.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <span>

#include "recognizer/confidence.h"
#include "recognizer/word_outcomes.h"

namespace ocrbatch::recognizer {

// By maximum likelihood on words whose confidences are not calibrated. None where fewer than kLeastOutcomes
// of them are right or fewer are wrong, or right ones have no higher confidences than wrong ones.
inline constexpr std::size_t kLeastOutcomes = 20;
std::optional<ConfidenceCalibration> fit_calibration(std::span<const WordOutcome> words);

// The words with the confidences that they get by it.
std::vector<WordOutcome> calibrated(std::span<const WordOutcome> words,
                                    const ConfidenceCalibration& calibration);

// The key "confidence" of model.json. Throws ConfigError.
ConfidenceCalibrations read_confidence_calibrations(const boost::json::value& value);
boost::json::object to_json(const ConfidenceCalibration& calibration);
boost::json::object to_json(const ConfidenceCalibrations& calibrations);

// Writes the key into model.json and leaves the rest as it is. Throws ModelError when that file is not there
// or is no description, WriteError when it cannot be written.
void set_confidence_calibrations(const std::filesystem::path& model_folder,
                                 const ConfidenceCalibrations& calibrations);

}  // namespace ocrbatch::recognizer
