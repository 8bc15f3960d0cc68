// Inputs of the selective scan that its tests share.
#pragma once

#include <torch/torch.h>

#include "kernels/selective_scan.h"
#include "tests/kernels/pack.h"

namespace ocrbatch::kernels {

struct ScanShape {
  int64_t batch, steps, channels, states;
  bool gate, reverse, softplus;
  bool tied = false;  // A: one rate for all states
};

inline SelectiveScanInputs random_scan_inputs(const ScanShape& s) {
  torch::manual_seed(static_cast<uint64_t>(1 + s.batch * 7 + s.steps * 5 + s.channels * 3 + s.states));
  SelectiveScanInputs in;
  in.u = torch::randn({s.batch, s.steps, s.channels});
  // Without softplus the step itself must be positive for the recurrence to decay.
  in.delta =
      s.softplus ? torch::randn({s.batch, s.steps, s.channels}) : torch::rand({s.batch, s.steps, s.channels});
  in.A = -torch::rand({s.channels, s.tied ? 1 : s.states}) * 4 - 0.05;
  in.B = torch::randn({s.batch, s.steps, s.states});
  in.C = torch::randn({s.batch, s.steps, s.states});
  in.D = torch::randn({s.channels});
  if (s.gate) in.z = torch::randn({s.batch, s.steps, s.channels});
  if (s.softplus) in.delta_bias = torch::randn({s.channels});
  in.lengths = torch::randint(0, s.steps + 1, {s.batch}, torch::kInt);
  if (s.batch > 0) in.lengths[0] = s.steps;
  in.delta_softplus = s.softplus;
  in.reverse = s.reverse;
  return in;
}

inline SelectiveScanInputs packed(SelectiveScanInputs in) {
  for (torch::Tensor* t : {&in.u, &in.delta, &in.B, &in.C, &in.z})
    if (t->defined()) *t = pack(*t, in.lengths);
  return in;
}

}  // namespace ocrbatch::kernels
