#pragma once

#include <vector>

#include "pipeline/messages.h"
#include "pipeline/run_state.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Recognizes a batch, on one of the recognizer's devices where it has some: each line gets its hypothesis or
// an error, and its pixels are freed. When the recognizer refuses a batch, its lines are tried one by one, so
// that what becomes of a line does not depend on its company. Throws DeviceError, which all lines to come
// would meet.
class RecognizeBatch {
 public:
  RecognizeBatch(const recognizer::Recognizer& recognizer, RunState& state, ScanProgress& progress)
      : recognizer_(recognizer), state_(state), progress_(progress) {}

  // Returns the pages whose last line this was; each page is returned exactly once.
  std::vector<PagePtr> operator()(LineBatch& batch, std::size_t device) const;

 private:
  void recognize(LineBatch& batch, std::size_t device) const;
  bool try_lines(std::span<const LineRef> lines, std::size_t device, bool last_attempt) const;

  const recognizer::Recognizer& recognizer_;
  RunState& state_;
  ScanProgress& progress_;
};

}  // namespace ocrbatch::pipeline
