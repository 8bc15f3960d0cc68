#include "pipeline/stages/read.h"

#include <utility>

#include "pipeline/stages/guard.h"

namespace ocrbatch::pipeline {

void ReadPageLines::operator()(PageMessage& page) const {
  if (state_.failed()) return;
  if (stop_) {
    page.abandoned = true;
    return;
  }
  work_on(page, "read", io::ErrorCode::kInternal, [&] {
    try {
      read(page);
    } catch (const WorkerError&) {
      state_.fail(std::current_exception());
    }
  });
}

void ReadPageLines::read(PageMessage& page) const {
  ReadPage result = reading_.read(page.document->path(), page.page_index);
  state_.decode.add_ms(result.decode_ms);
  state_.layout.add_ms(result.layout_ms);
  state_.cut.add_ms(result.cut_ms);
  page.timing.decode_ms = result.decode_ms;
  page.timing.layout_ms = result.layout_ms;
  page.abandoned = result.given_up;
  if (result.error) {
    page.record.error = std::move(result.error);
    return;
  }
  page.record.page.width_px = result.width_px;
  page.record.page.height_px = result.height_px;
  page.record.page.dpi = result.dpi;
  page.record.page.rotation_deg = result.rotation_deg;
  page.layout = std::move(result.layout);
  take_lines(page, std::move(result.lines));
}

void ReadPageLines::take_lines(PageMessage& page, std::vector<kernels::PreparedLine> prepared) const {
  page.lines.resize(prepared.size());
  std::size_t to_recognize = 0;
  std::uint64_t bytes = kPageOverheadBytes;
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    LineMessage& line = page.lines[i];
    line.prepared = std::move(prepared[i]);
    if (line.prepared.pixels.empty()) continue;
    line.columns = line.prepared.pixels.cols;
    line.bucket = recognizer_.width_bucket(line.columns);
    bytes += line.prepared.pixels.total();
    ++to_recognize;
  }
  page.lines_to_recognize = to_recognize;
  page.memory.resize(bytes);
}

}  // namespace ocrbatch::pipeline
