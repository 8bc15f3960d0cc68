#pragma once

#include <vector>

#include "pipeline/messages.h"
#include "pipeline/run_state.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Hands records to the writers in the order in which they come, reports errors and counts. What a writer
// throws ends the run: later records are dropped. One thread at a time.
class WritePage {
 public:
  WritePage(std::vector<io::Writer*> writers, OnError on_error, RunState& state, ScanProgress& progress,
            ScanSummary& summary)
      : writers_(std::move(writers)),
        on_error_(std::move(on_error)),
        state_(state),
        progress_(progress),
        summary_(summary) {}

  void operator()(PageMessage& page);

 private:
  void count(PageMessage& page);

  const std::vector<io::Writer*> writers_;
  const OnError on_error_;
  RunState& state_;
  ScanProgress& progress_;
  ScanSummary& summary_;
};

}  // namespace ocrbatch::pipeline
