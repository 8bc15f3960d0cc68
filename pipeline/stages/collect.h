#pragma once

#include "pipeline/messages.h"
#include "pipeline/scan.h"
#include "recognizer/confidence.h"

namespace ocrbatch::pipeline {

// Puts a page's record together: texts into the tree of the layout, provenance, timing. Lines without text
// and lines that were read with less than `min_confidence`, and then paragraphs and blocks without lines, are
// dropped. A line that could not be recognized fails the page.
class CollectPage {
 public:
  // `provenance` holds what all records of the run share.
  CollectPage(io::Provenance provenance, const recognizer::ConfidenceCalibration& calibration,
              double min_confidence, bool timings, ScanProgress& progress)
      : provenance_(std::move(provenance)),
        calibration_(calibration),
        min_confidence_(min_confidence),
        timings_(timings),
        progress_(progress) {}
  void operator()(PageMessage& page) const;

 private:
  const io::Provenance provenance_;
  const recognizer::ConfidenceCalibration calibration_;
  const double min_confidence_;
  const bool timings_;
  ScanProgress& progress_;
};

}  // namespace ocrbatch::pipeline
