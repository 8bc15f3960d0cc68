// How confidences become what they say: of all words of confidence 0.9, nine in ten are right.
//
// A network trained until it makes few errors is surer of itself than it should be. A temperature takes that
// back (Guo et al. 2017, arXiv 1706.04599), here on log-odds, with an offset as in Platt's scaling (1999):
//   log-odds that a word is right = log-odds of its evidence / temperature + offset
// Rising as it is, this changes no order of words, and nothing of what is read.
#pragma once

namespace ocrbatch::recognizer {

struct ConfidenceCalibration {
  double temperature = 1, offset = 0;  // these change nothing

  bool changes_nothing() const { return temperature == 1 && offset == 0; }
  // 0-1 to 0-1.
  double operator()(double evidence) const;
};

// A beam's evidence holds how far its readings agree, which greedy decoding knows nothing of.
struct ConfidenceCalibrations {
  ConfidenceCalibration greedy, beam;

  const ConfidenceCalibration& of_beam(int width) const { return width > 1 ? beam : greedy; }
};

}  // namespace ocrbatch::recognizer
