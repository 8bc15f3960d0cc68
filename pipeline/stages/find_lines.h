#pragma once

#include "pipeline/messages.h"
#include "pipeline/object_pool.h"
#include "pipeline/run_state.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Finds the lines of the page's image: leaves `layout` or an error. Keeps as many LayoutAnalyzers as there
// are threads in it at once.
class FindLines {
 public:
  FindLines(LayoutMode mode, int jobs, RunState& state);
  void operator()(PageMessage& page);

 private:
  const LayoutMode mode_;
  RunState& state_;
  ObjectPool<LayoutAnalyzer> analyzers_;
};

}  // namespace ocrbatch::pipeline
