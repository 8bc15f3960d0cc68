#include "pipeline/stages/read.h"

#include <algorithm>
#include <utility>

#include "pipeline/stages/choose_view.h"
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
  if (page.trial) {  // its image is in memory once more
    const ViewedPage& before = page.trial->first;
    page.memory.resize(bytes_held(page) + static_cast<std::uint64_t>(before.width_px) *
                                              static_cast<std::uint64_t>(before.height_px) *
                                              kReadBytesPerPixel);
  }
  ReadPage result = reading_.read(page.document->path(), page.page_index, page.view.image);
  state_.decode.add_ms(result.decode_ms);
  state_.layout.add_ms(result.layout_ms);
  state_.cut.add_ms(result.cut_ms);
  page.timing.decode_ms += result.decode_ms;
  page.timing.layout_ms += result.layout_ms;
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

// A page that lies on its side would be recognized twice from end to end.
bool ReadPageLines::needs_sample(const PageMessage& page) const {
  if (page.is_settled) return false;
  return page.trial || (orientation_ == Orientation::kAuto && lies_on_its_side(page.layout.neighbours));
}

void ReadPageLines::take_lines(PageMessage& page, std::vector<kernels::PreparedLine> prepared) const {
  const recognizer::Recognizer& recognizer = models_[page.view.model];
  page.lines.resize(prepared.size());
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    LineMessage& line = page.lines[i];
    line.prepared = std::move(prepared[i]);
    line.doubt = page.layout.doubts[i];
    if (line.prepared.pixels.empty()) continue;
    line.columns = line.prepared.pixels.cols;
    line.bucket = recognizer.width_bucket(line.columns);
  }
  if (needs_sample(page)) hold_back_all_but_a_sample(page.lines);
  page.lines_to_recognize = static_cast<std::size_t>(std::ranges::count_if(page.lines, is_to_be_recognized));
  page.memory.resize(bytes_held(page));
}

}  // namespace ocrbatch::pipeline
