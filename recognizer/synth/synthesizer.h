// Synthetic text lines that look like cut out of scanned pages: fonts x text x layout x print and scan
// degradations.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "kernels/line_preparation.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::recognizer {

// A synth recipe (configs/synth/*.json), strict: an unknown key is an error naming its path.
struct SynthConfig;

struct SynthOptions {
  std::filesystem::path config;              // the recipe
  std::vector<std::filesystem::path> text;   // files or folders of running text; overrides the recipe's
  std::vector<std::filesystem::path> fonts;  // extra font folders beside the system's
  std::vector<std::string> alphabet;         // labels (UTF-8) that may appear; other characters never do
  std::uint64_t seed = 1;
  kernels::LinePreparation line_preparation;  // geometry that lines are prepared to
};

// An endless LineSource. Building it scans fonts and their coverage (seconds); get() makes one line on the
// calling thread (milliseconds). Throws std::runtime_error naming what is missing (no fonts, no text, a bad
// key).
std::unique_ptr<LineSource> make_synthesizer(const SynthOptions& options);

}  // namespace ocrbatch::recognizer
