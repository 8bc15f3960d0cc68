// How well a network reads lines that it is not trained on.
#pragma once

#include "recognizer/alphabet.h"
#include "recognizer/error_rates.h"
#include "recognizer/network.h"
#include "recognizer/train/line_reading.h"
#include "recognizer/train/line_source.h"
#include "recognizer/train/train_config.h"

namespace ocrbatch::recognizer {

struct Validation {
  ErrorRates rates;
  double loss = 0;                 // mean over the lines
  std::vector<LineReading> lines;  // each one's, by width
};

// Reads at most config.validation_lines lines. The network is in evaluation mode afterwards.
Validation validate(LineNetwork& network, const Alphabet& alphabet, const LineSource& lines,
                    const TrainConfig& config);

}  // namespace ocrbatch::recognizer
