// CUDA graphs as LibTorch makes them.
#include <ATen/Context.h>
#include <ATen/cuda/CUDAGraph.h>

#include "recognizer/recorded_work.h"

namespace ocrbatch::recognizer {
namespace {

// Shapes that stay the same are worth trying cuDNN's algorithms for. The setting is the process's: another
// thread that convolves meanwhile tries some, too.
class TryAlgorithms {
 public:
  TryAlgorithms() : before_(at::globalContext().benchmarkCuDNN()) {
    at::globalContext().setBenchmarkCuDNN(true);
  }
  ~TryAlgorithms() { at::globalContext().setBenchmarkCuDNN(before_); }
  TryAlgorithms(const TryAlgorithms&) = delete;
  TryAlgorithms& operator=(const TryAlgorithms&) = delete;

 private:
  const bool before_;
};

class CudaGraph : public RecordedWork {
 public:
  explicit CudaGraph(const std::function<void()>& work) {
    const TryAlgorithms algorithms;
    // Libraries make their handles and choose their algorithms, which a recording must not.
    work();
    // Other threads may allocate and copy meanwhile.
    graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      work();
    } catch (...) {
      end_failed_capture();
      throw;
    }
    graph_.capture_end();
    // Recording does nothing yet.
    graph_.replay();
  }

  void repeat() override { graph_.replay(); }

 private:
  // The stream and LibTorch's memory are as before; what was recorded is of no use, and may not end in good
  // order.
  void end_failed_capture() {
    try {
      graph_.capture_end();
    } catch (const c10::Error&) {
    }
  }

  at::cuda::CUDAGraph graph_;
};

}  // namespace

std::unique_ptr<RecordedWork> record_on_cuda(const std::function<void()>& work) {
  return std::make_unique<CudaGraph>(work);
}

}  // namespace ocrbatch::recognizer
