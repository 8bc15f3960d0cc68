// The readers of page ground truth: PAGE, ALTO, hOCR, tables of boxes.
#include "io/ground_truth.h"
#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocrbatch;
  const fuzz::InputFile file(data, size);
  io::looks_like_ground_truth(file.path());
  auto truth = io::read_ground_truth(file.path());
  if (!truth) return 0;
  for (io::TruthPage& page : truth.value().pages) {
    if (page.index < 0) std::abort();
    for (const io::TruthLine& line : page.lines) {
      if (line.outline.size() == 1 || line.baseline.size() == 1) std::abort();
    }
    (void)io::fit_to_image(std::move(page), 1000, 1400, 300);
  }
  return 0;
}
