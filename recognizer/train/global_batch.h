// One step's lines as all processes hold them together.
#pragma once

#include <torch/types.h>

#include "recognizer/train/labeled_batch.h"
#include "recognizer/train/process_group.h"

namespace ocrbatch::recognizer {

struct GlobalBatch {
  std::uint64_t lines = 0;     // that are trained on, in all processes
  std::uint64_t left_out = 0;  // that are not
  double share = 1;            // of these lines: those of this process
};

// Counts the lines of all processes and makes `here` as wide as the widest of all, as if they were one batch:
// batch norms see padding, too. Where this process has no lines and others do, `here` gets an empty one, so
// that it takes part in all they compute together; its share is 0.
GlobalBatch join_batches(LabeledBatch& here, std::size_t left_out, int height_px, ProcessGroup& processes);

// Replaces the gradients of the parameters by their sums over the processes.
void sum_gradients(const std::vector<torch::Tensor>& parameters, ProcessGroup& processes);

}  // namespace ocrbatch::recognizer
