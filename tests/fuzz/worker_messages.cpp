// What a worker that a document has taken over may say: decoded and checked as the run does it.
#include <opencv2/core.hpp>

#include "pipeline/reading/messages.h"
#include "pipeline/reading/reply_check.h"
#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocrbatch;
  using namespace ocrbatch::pipeline;
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  constexpr std::uint64_t kPixelBytes = 1 << 20;
  const kernels::LinePreparation lines;
  try {
    switch (data[0] % 4) {
      case 0: {
        SentPage sent;
        decode(bytes, sent);
        if (!makes_sense(sent, lines, kPixelBytes) || sent.page.error) return 0;
        if (sent.sizes.size() != sent.page.lines.size()) std::abort();
        std::uint64_t total = 0;
        for (const SentPage::Size& one : sent.sizes) {
          if (one.rows < 0 || one.cols < 0) std::abort();
          total += static_cast<std::uint64_t>(one.rows) * static_cast<std::uint64_t>(one.cols);
        }
        if (total > kPixelBytes || sent.page.width_px <= 0 || sent.page.height_px <= 0) std::abort();
        // What makes sense can be said again.
        SentPage again;
        decode(encode(sent), again);
        break;
      }
      case 1: {
        io::Result<int> count = 0;
        decode(bytes, count);
        if (makes_sense(count) && count && count.value() < 1) std::abort();
        break;
      }
      case 2: {
        io::Result<io::PageSize> page = io::PageSize{};
        decode(bytes, page);
        if (makes_sense(page) && page && (page.value().width_px < 1 || page.value().height_px < 1))
          std::abort();
        break;
      }
      default: {
        WorkerHello hello;
        decode(bytes, hello);
      }
    }
  } catch (const std::exception&) {  // no such message
  }
  return 0;
}
