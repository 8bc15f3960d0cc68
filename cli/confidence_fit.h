// A model's confidences fitted to lines whose text is known, for `eval --calibrate` and the end of `train`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "recognizer/train/line_source.h"

namespace ocrbatch::cli {

struct LinesToFit {
  const recognizer::LineSource* lines;
  std::uint64_t count;  // how many of them
};

// Reads the lines greedily and with a beam, as the model decodes where nothing else is said, and writes what
// makes each one's confidences right into the model's folder; SHA256SUMS follows. Returns a sentence for each
// of the kDecodersFitted that the lines say too little about: it is not calibrated then. Where that is so for
// all of them nothing is written. Throws as load_recognizer() and set_confidence_calibrations() do.
inline constexpr std::size_t kDecodersFitted = 2;
std::vector<std::string> fit_confidences(const std::filesystem::path& model, const std::string& device,
                                         const std::vector<LinesToFit>& sources);

}  // namespace ocrbatch::cli
