#pragma once

#include "pipeline/messages.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Puts a page's record together: texts into the tree of the layout, provenance, timing. Lines without text,
// and then paragraphs and blocks without lines, are dropped. A line that could not be recognized fails the
// page.
class CollectPage {
 public:
  // `provenance` holds what all records of the run share.
  CollectPage(io::Provenance provenance, bool timings)
      : provenance_(std::move(provenance)), timings_(timings) {}
  void operator()(PageMessage& page) const;

 private:
  const io::Provenance provenance_;
  const bool timings_;
};

}  // namespace ocrbatch::pipeline
