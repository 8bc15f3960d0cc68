#include "kernels/parallel_lines.h"

#include <ATen/Parallel.h>

// Without OpenMP, LibTorch's header leaves a loop on one thread, and says nothing.
#if !defined(_OPENMP) && !defined(OCRBATCH_LINES_ON_ONE_THREAD)
#error "compile this file with OpenMP"
#endif

namespace ocrbatch::kernels {

void parallel_lines(std::int64_t batch, const std::function<void(std::int64_t line)>& run) {
  at::parallel_for(0, batch, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t line = begin; line < end; ++line) run(line);
  });
}

}  // namespace ocrbatch::kernels
