#pragma once

#include <utility>
#include <vector>

#include "pipeline/messages.h"
#include "pipeline/scan.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::pipeline {

// Puts a page's record together: texts into the tree of the layout, provenance, timing. Lines without text
// and lines that were read with less than `min_confidence`, and then paragraphs and blocks without lines, are
// dropped. A line that could not be recognized fails the page.
class CollectPage {
 public:
  // `provenance` holds what all records of the run share; `models` are those of the run.
  CollectPage(io::Provenance provenance, std::vector<recognizer::ModelInfo> models, double min_confidence,
              bool timings, ScanProgress& progress)
      : provenance_(std::move(provenance)),
        models_(std::move(models)),
        min_confidence_(min_confidence),
        timings_(timings),
        progress_(progress) {}
  void operator()(PageMessage& page) const;

 private:
  const io::Provenance provenance_;
  const std::vector<recognizer::ModelInfo> models_;
  const double min_confidence_;
  const bool timings_;
  ScanProgress& progress_;
};

}  // namespace ocrbatch::pipeline
