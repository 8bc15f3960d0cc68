// Reads every line of a source with a recognizer, for `eval` and `models promote`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recognizer/error_rates.h"
#include "recognizer/recognizer.h"
#include "recognizer/train/line_source.h"
#include "recognizer/word_outcomes.h"

namespace ocrbatch::cli {

struct EvaluatedLine {
  std::string name, truth, text;
  double probability = 0;
  std::vector<recognizer::WordOutcome> words;  // of those read, before calibration
};

struct LineEvaluation {
  std::string data;  // the source, as named on the command line
  recognizer::ErrorRates rates;
  std::vector<std::optional<EvaluatedLine>> lines;  // in the source's order; none where it cannot be read
  std::vector<std::string> unreadable;              // why a line is left out, one a line
  double seconds = 0;                               // spent reading
};

LineEvaluation evaluate_lines(const recognizer::Recognizer& reader, const recognizer::LineSource& lines,
                              std::uint64_t count, const std::string& data);

// Names unreadable lines in the log, the first ones of many.
void report_unreadable(const std::vector<LineEvaluation>& evaluations);

// name, truth, reading and probability of every line, separated by tabs. Throws io::OutputError.
void write_readings(const std::string& file, const std::vector<LineEvaluation>& evaluations);

}  // namespace ocrbatch::cli
