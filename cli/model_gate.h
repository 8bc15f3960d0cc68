// Whether a new model may take an old one's place: better on the new lines, and not worse on the old ones.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/line_data.h"
#include "recognizer/paired_bootstrap.h"

namespace ocrbatch::cli {

struct GateOptions {
  std::filesystem::path old_model, new_model;
  std::vector<std::string> new_lines, base_lines;  // as --data of `eval` takes them
  SynthChoices synth;                              // of synthetic lines among them
  std::uint64_t count = 1000;                      // lines of each endless source
  double margin = 0.1;                             // points of CER
};

struct SetComparison {
  std::uint64_t lines = 0, characters = 0;
  recognizer::CerChange change;
};

struct GateResult {
  SetComparison new_set, base_set;
  double margin = 0;

  bool better() const { return new_set.change.high < 0; }
  bool kept() const { return 100 * base_set.change.high <= margin; }
  bool passed() const { return better() && kept(); }
};

// Reads both sets with both models, each line prepared as the model wants it. Synthetic lines are of the old
// model's alphabet. Throws InputError where no line can be read, and what load_recognizer and open_line_sets
// throw.
GateResult compare_models(const GateOptions& options);

std::string report_text(const GateResult& result);
boost::json::object to_json(const GateResult& result);

}  // namespace ocrbatch::cli
