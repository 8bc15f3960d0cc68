#include "pipeline/stages/find_lines.h"

#include "pipeline/stages/guard.h"

namespace ocrbatch::pipeline {

FindLines::FindLines(LayoutMode mode, int jobs, RunState& state) : mode_(mode), state_(state) {
  for (int i = 0; i < jobs; ++i) analyzers_.give_back(std::make_unique<LayoutAnalyzer>(mode_));
}

void FindLines::operator()(PageMessage& page) {
  const StageClock::Busy busy(state_.layout);
  work_on(page, "layout", io::ErrorCode::kLayoutFailed, [&] {
    auto analyzer = analyzers_.take();
    if (!analyzer) analyzer = std::make_unique<LayoutAnalyzer>(mode_);  // an earlier one was lost
    auto layout = analyzer->analyze(page.image);
    analyzers_.give_back(std::move(analyzer));  // not when it throws: its state is in doubt then
    if (layout)
      page.layout = std::move(layout).value();
    else
      page.record.error = layout.error();
  });
  page.timing.layout_ms = busy.elapsed_ms();
}

}  // namespace ocrbatch::pipeline
