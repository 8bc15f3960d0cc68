#include "recognizer/recorded_work.h"

#include <utility>

namespace ocrbatch::recognizer {
namespace {

class WorkAsItIs : public RecordedWork {
 public:
  explicit WorkAsItIs(std::function<void()> work) : work_(std::move(work)) { work_(); }
  void repeat() override { work_(); }

 private:
  const std::function<void()> work_;
};

}  // namespace

std::unique_ptr<RecordedWork> record(c10::Device device, std::function<void()> work) {
#if OCRBATCH_HAS_CUDA
  if (device.is_cuda()) return record_on_cuda(work);
#endif
  static_cast<void>(device);
  return std::make_unique<WorkAsItIs>(std::move(work));
}

}  // namespace ocrbatch::recognizer
