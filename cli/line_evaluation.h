// Reads every line of a source with a recognizer, for `eval`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recognizer/error_rates.h"
#include "recognizer/recognizer.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::cli {

struct LineReading {
  std::string name, truth, text;
  double probability = 0;
};

struct LineEvaluation {
  std::string data;  // the source, as named on the command line
  recognizer::ErrorRates rates;
  std::vector<LineReading> readings;    // in the source's order
  std::vector<std::string> unreadable;  // why a line is left out, one a line
  double seconds = 0;                   // spent reading
};

LineEvaluation evaluate_lines(const recognizer::Recognizer& reader, const recognizer::LineSource& lines,
                              std::uint64_t count, const std::string& data);

// name, truth, reading and probability of every line, separated by tabs. Throws io::OutputError.
void write_readings(const std::string& file, const std::vector<LineEvaluation>& evaluations);

}  // namespace ocrbatch::cli
