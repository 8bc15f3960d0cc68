#include "pipeline/stages/recognize.h"

#include <span>
#include <stdexcept>

#include "pipeline/stages/guard.h"

namespace ocrbatch::pipeline {

std::vector<PagePtr> RecognizeBatch::operator()(LineBatch& batch, std::size_t device) const {
  if (!state_.failed()) {
    const StageClock::Busy busy(state_.recognize);
    recognize(batch, device);
  }
  std::vector<PagePtr> complete;
  for (LineRef& ref : batch.lines) {
    cv::Mat& pixels = ref.line().prepared.pixels;
    ref.page->memory.shrink_by(pixels.total());
    pixels.release();
    ++progress_.lines_done;
    // The last one to count down sees what the other threads wrote into their lines.
    if (ref.page->lines_to_recognize.fetch_sub(1, std::memory_order_acq_rel) == 1)
      complete.push_back(std::move(ref.page));
  }
  return complete;
}

void RecognizeBatch::recognize(LineBatch& batch, std::size_t device) const {
  const recognizer::Recognizer& recognizer = models_[batch.model];
  const std::span<const LineRef> lines(batch.lines);
  if (try_lines(recognizer, lines, device, /*last_attempt=*/lines.size() == 1)) return;
  for (std::size_t i = 0; i < lines.size() && lines.size() > 1; ++i)
    try_lines(recognizer, lines.subspan(i, 1), device, /*last_attempt=*/true);
}

bool RecognizeBatch::try_lines(const recognizer::Recognizer& recognizer, std::span<const LineRef> lines,
                               std::size_t device, bool last_attempt) const {
  const auto start = std::chrono::steady_clock::now();
  try {
    std::vector<cv::Mat> pixels;
    double width = 0;
    for (const LineRef& ref : lines) {
      pixels.push_back(ref.line().prepared.pixels);
      width += pixels.back().cols;
    }
    recognizer::DeviceClock* const busy = device < state_.devices.size() ? &state_.devices[device] : nullptr;
    std::vector<recognizer::Hypothesis> hypotheses = recognizer.recognize_on(device, pixels, busy);
    if (hypotheses.size() != lines.size())
      throw std::logic_error("the recognizer gave " + std::to_string(hypotheses.size()) + " results for " +
                             std::to_string(lines.size()) + " lines");
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      lines[i].line().hypothesis = std::move(hypotheses[i]);
      lines[i].line().recognize_ms = elapsed.count() * pixels[i].cols / width;
    }
    return true;
  } catch (const recognizer::DeviceError&) {
    throw;
  } catch (...) {
    if (last_attempt)
      lines.front().line().error = current_exception_as_error("recognize", io::ErrorCode::kRecognizeFailed);
    return false;
  }
}

}  // namespace ocrbatch::pipeline
