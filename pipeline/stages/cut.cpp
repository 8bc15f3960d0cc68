#include "pipeline/stages/cut.h"

#include "pipeline/stages/guard.h"

namespace ocrbatch::pipeline {

void CutLines::operator()(PageMessage& page) const {
  const StageClock::Busy busy(state_.cut);
  work_on(page, "cut", io::ErrorCode::kInternal, [&] { cut(page); });
}

void CutLines::cut(PageMessage& page) const {
  page.lines.resize(page.layout.geometries.size());
  std::size_t to_recognize = 0;
  std::uint64_t bytes = kPageOverheadBytes;
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    LineMessage& line = page.lines[i];
    line.prepared = kernels::prepare_line(page.image.gray, page.layout.geometries[i],
                                          recognizer_.info().line_preparation);
    if (line.prepared.pixels.empty()) continue;
    line.columns = line.prepared.pixels.cols;
    line.bucket = recognizer_.width_bucket(line.columns);
    bytes += line.prepared.pixels.total();
    ++to_recognize;
  }
  page.lines_to_recognize = to_recognize;
  page.image.gray.release();
  page.memory.resize(bytes);
}

}  // namespace ocrbatch::pipeline
