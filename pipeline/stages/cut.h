#pragma once

#include "pipeline/messages.h"
#include "pipeline/run_state.h"

namespace ocrbatch::pipeline {

// Cuts the page's lines out of its image and frees the image: leaves `lines` and `lines_to_recognize`, or an
// error.
class CutLines {
 public:
  CutLines(const recognizer::Recognizer& recognizer, RunState& state)
      : recognizer_(recognizer), state_(state) {}
  void operator()(PageMessage& page) const;

 private:
  void cut(PageMessage& page) const;
  const recognizer::Recognizer& recognizer_;
  RunState& state_;
};

}  // namespace ocrbatch::pipeline
