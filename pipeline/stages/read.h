#pragma once

#include "pipeline/messages.h"
#include "pipeline/page_reading.h"
#include "pipeline/run_state.h"

namespace ocrbatch::pipeline {

// Reads a page up to its prepared lines: leaves the page's size in the record, `layout`, `lines` and
// `lines_to_recognize`, or an error.
class ReadPageLines {
 public:
  // When `stop` becomes true, pages are abandoned: those that come later at once, those at work soon.
  ReadPageLines(PageReading& reading, const recognizer::Recognizer& recognizer, RunState& state,
                const std::atomic<bool>& stop)
      : reading_(reading), recognizer_(recognizer), state_(state), stop_(stop) {}
  void operator()(PageMessage& page) const;

 private:
  void read(PageMessage& page) const;
  void take_lines(PageMessage& page, std::vector<kernels::PreparedLine> prepared) const;

  PageReading& reading_;
  const recognizer::Recognizer& recognizer_;
  RunState& state_;
  const std::atomic<bool>& stop_;
};

}  // namespace ocrbatch::pipeline
