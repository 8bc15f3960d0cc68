// A training run as one page of HTML, complete in itself: no scripts, nothing fetched from elsewhere.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "recognizer/train/learning_curve.h"
#include "recognizer/train/line_reading.h"
#include "recognizer/train/parameter_group.h"
#include "recognizer/train/train.h"

namespace ocrbatch::recognizer {

struct RunReport {
  boost::json::object model, recipe;       // configuration and provenance
  std::vector<CurvePoint> points;          // the last one is the validation's that the page is written at
  std::int64_t total_steps = 0;            // of the whole run
  PhaseSeconds phases;                     // since the run was started or resumed
  std::vector<ParameterGroup> parameters;  // trainable and frozen
  std::optional<double> best_cer;          // so far
  std::optional<double> base_cer_before;   // of the model that training started from, on its own lines
  std::vector<LineReading> lines;          // of this validation
};

// Lines that were not read right: by edit distance, then by its share of the line, the worst first.
std::vector<LineReading> worst_lines(const std::vector<LineReading>& lines, std::size_t most);

std::string run_report_html(const RunReport& report);

// The page appears whole or not at all. Throws std::runtime_error.
void write_run_report(const std::filesystem::path& file, const RunReport& report);

}  // namespace ocrbatch::recognizer
