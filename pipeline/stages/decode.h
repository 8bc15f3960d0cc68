#pragma once

#include "pipeline/messages.h"
#include "pipeline/run_state.h"

namespace ocrbatch::pipeline {

// Reads the page's pixels: leaves `image` and the page's size in the record, or an error.
class DecodePage {
 public:
  explicit DecodePage(RunState& state) : state_(state) {}
  void operator()(PageMessage& page) const;

 private:
  static void decode(PageMessage& page);
  RunState& state_;
};

}  // namespace ocrbatch::pipeline
