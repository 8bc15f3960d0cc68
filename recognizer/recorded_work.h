// Work of a device that is recorded once and then repeated, without the CPU giving it to the device piece by
// piece.
#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <memory>

#include "kernels/build_options.h"

namespace ocrbatch::recognizer {

class RecordedWork {
 public:
  virtual ~RecordedWork() = default;
  // On the current stream, for whose end the CPU does not wait.
  virtual void repeat() = 0;
};

// What `work` does, on the same memory each time: it reads and writes tensors that outlive the record,
// neither waits for the device nor lets the CPU read from it, and its steps and shapes depend on nothing that
// changes. Done once before this returns. On a CUDA device a graph, recorded on the current stream, which
// must not be the default one; tensors that `work` keeps have their memory from the graph's pool. Elsewhere
// `work` itself. Throws what `work` throws.
std::unique_ptr<RecordedWork> record(c10::Device device, std::function<void()> work);

#if OCRBATCH_HAS_CUDA
std::unique_ptr<RecordedWork> record_on_cuda(const std::function<void()>& work);
#endif

}  // namespace ocrbatch::recognizer
