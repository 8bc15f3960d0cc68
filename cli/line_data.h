// Labelled lines as `train`, `eval` and `synth` name them on the command line.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/line_preparation.h"
#include "recognizer/alphabet.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::cli {

struct SynthChoices {
  std::vector<std::string> text;   // files or folders of running text
  std::vector<std::string> fonts;  // extra font folders
  std::uint64_t seed = 1;
};

// "SPEC@WEIGHT", or SPEC alone. What exists as a path with the @ in it is that path.
struct DataSpec {
  std::string data;
  std::optional<double> weight;
};
// Throws UsageError for a weight that is not positive.
DataSpec parse_data_spec(const std::string& text);

struct LineData {
  std::string spec;  // without its weight
  std::unique_ptr<recognizer::LineSource> lines;
  std::vector<std::filesystem::path> files;  // what finite lines are made of
  std::optional<double> weight;              // as it was typed
  bool of_base = false;                      // lines of what the base model can read
};

// `spec` is "synth:RECIPE" (endless synthetic lines), a list file, a folder of line images or of pages with
// ground truth, or one such page. Throws UsageError for a path that does not exist, and InputError for data
// that cannot be used.
LineData open_line_data(const std::string& spec, const SynthChoices& synth,
                        const recognizer::Alphabet& alphabet, const kernels::LinePreparation& preparation);

bool is_synthetic(const std::string& spec);

}  // namespace ocrbatch::cli
