// Labelled lines as `train`, `eval` and `synth` name them on the command line.
#pragma once

#include <filesystem>
#include <memory>
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

// `spec` is "synth:RECIPE" (endless synthetic lines), a list file or a folder. Throws UsageError for a path
// that does not exist, and InputError for data that cannot be used.
std::unique_ptr<recognizer::LineSource> open_line_data(const std::string& spec, const SynthChoices& synth,
                                                       const recognizer::Alphabet& alphabet,
                                                       const kernels::LinePreparation& preparation);

bool is_synthetic(const std::string& spec);

}  // namespace ocrbatch::cli
