#pragma once

#include <vector>

#include "pipeline/messages.h"
#include "pipeline/model_set.h"
#include "pipeline/run_state.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Recognizes a batch by its model, on one of the devices where that has some: each line gets its hypothesis
// or an error, and its pixels are freed. When the recognizer refuses a batch, its lines are tried one by one,
// so that what becomes of a line does not depend on its company. Throws DeviceError, which all lines to come
// would meet.
class RecognizeBatch {
 public:
  RecognizeBatch(const ModelSet& models, RunState& state, ScanProgress& progress)
      : models_(models), state_(state), progress_(progress) {}

  // Returns the pages whose last line this was; each page is returned exactly once.
  std::vector<PagePtr> operator()(LineBatch& batch, std::size_t device) const;

 private:
  void recognize(LineBatch& batch, std::size_t device) const;
  bool try_lines(const recognizer::Recognizer& recognizer, std::span<const LineRef> lines, std::size_t device,
                 bool last_attempt) const;

  const ModelSet models_;
  RunState& state_;
  ScanProgress& progress_;
};

}  // namespace ocrbatch::pipeline
