#pragma once

#include <vector>

#include "pipeline/error_rate.h"
#include "pipeline/messages.h"
#include "pipeline/run_state.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Hands records to the writers in the order in which they come, reports errors and counts. What a writer
// throws ends the run: later records are dropped, as they are from the first abandoned page on. One thread at
// a time.
class WritePage {
 public:
  // When more than `max_error_rate` of the records are errors, the run is asked to stop.
  WritePage(std::vector<io::Writer*> writers, OnError on_error, double max_error_rate, RunState& state,
            ScanProgress& progress, ScanSummary& summary)
      : writers_(std::move(writers)),
        on_error_(std::move(on_error)),
        error_rate_(max_error_rate),
        state_(state),
        progress_(progress),
        summary_(summary) {}

  void operator()(PageMessage& page);

 private:
  void count(PageMessage& page);

  const std::vector<io::Writer*> writers_;
  const OnError on_error_;
  ErrorRate error_rate_;
  RunState& state_;
  ScanProgress& progress_;
  ScanSummary& summary_;
  bool ended_ = false;  // a page was abandoned: the output ends before it
};

}  // namespace ocrbatch::pipeline
