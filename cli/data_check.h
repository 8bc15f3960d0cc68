// The report on training data before the first step, and the cache of its lines.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cli/line_data.h"
#include "recognizer/train/data_report.h"

namespace ocrbatch::cli {

struct DataCheckOptions {
  recognizer::DataCheck::CanAlign can_align;
  std::filesystem::path report;  // gets every finding as JSON Lines; empty: nothing is written or logged
  bool strict = false;           // findings end the run
  int threads = 1;
  std::function<bool()> should_stop = [] { return false; };
};

// Looks at every line, logs a summary, writes the report, and leaves out what cannot be used: of the training
// lines what cannot be read, has no label or is too short for it, of the validation lines what cannot be
// read. Throws InputError where nothing is left, or with `strict` where there is anything to report.
void check_data(std::vector<LineData>& train, std::vector<LineData>& validation,
                const recognizer::Alphabet& alphabet, const DataCheckOptions& options);

// Puts the prepared lines of all finite sources into `file`, or takes them from there when they are the same
// as then: the same files by name, size and time, the same preparation, the same version. Throws
// io::OutputError.
void cache_lines(std::vector<LineData>& train, std::vector<LineData>& validation,
                 const kernels::LinePreparation& preparation, const std::string& file,
                 const DataCheckOptions& options);

}  // namespace ocrbatch::cli
