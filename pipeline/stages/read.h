#pragma once

#include "pipeline/messages.h"
#include "pipeline/model_set.h"
#include "pipeline/page_reading.h"
#include "pipeline/run_state.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Reads a page, turned as its view says, up to its prepared lines: leaves the page's size in the record,
// `layout`, `lines` and `lines_to_recognize`, or an error. While it is doubtful in which view the page is to
// be read, all lines but a sample are held back.
class ReadPageLines {
 public:
  // When `stop` becomes true, pages are abandoned: those that come later at once, those at work soon.
  ReadPageLines(PageReading& reading, const ModelSet& models, Orientation orientation, RunState& state,
                const std::atomic<bool>& stop)
      : reading_(reading), models_(models), orientation_(orientation), state_(state), stop_(stop) {}
  void operator()(PageMessage& page) const;

 private:
  void read(PageMessage& page) const;
  bool needs_sample(const PageMessage& page) const;
  void take_lines(PageMessage& page, std::vector<kernels::PreparedLine> prepared) const;

  PageReading& reading_;
  const ModelSet models_;
  const Orientation orientation_;
  RunState& state_;
  const std::atomic<bool>& stop_;
};

}  // namespace ocrbatch::pipeline
