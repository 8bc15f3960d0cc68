// Opens documents and lets their pages into the graph as memory allows.
#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/graph.h"
#include "pipeline/memory_budget.h"
#include "pipeline/page_reading.h"
#include "pipeline/run_state.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

class Feeder {
 public:
  Feeder(const ScanOptions& options, PageReading& reading, PageGraph& graph, MemoryBudget& budget,
         RunState& state, ScanProgress& progress)
      : options_(options),
        reading_(reading),
        graph_(graph),
        budget_(budget),
        state_(state),
        progress_(progress) {}

  // Feeds the pages of all files, on the calling thread, which blocks while the budget is used up. False when
  // stop_requested, or a failure, ended it early.
  bool feed(const std::vector<InputFile>& files);

 private:
  bool feed_document(const InputFile& file);
  bool feed_page(const std::shared_ptr<SourceDocument>& document, int index);
  bool feed_error(const std::shared_ptr<SourceDocument>& document, io::Error error);
  PagePtr make_message(const std::shared_ptr<SourceDocument>& document) const;
  bool admit(PageMessage& page, std::uint64_t bytes);
  // Calls `look` on the look-ahead's clock.
  template <class Look>
  auto looking(Look&& look) {
    const StageClock::Busy busy(state_.look_ahead);
    return look();
  }
  bool must_stop() const { return progress_.stop_requested || state_.failed(); }

  const ScanOptions& options_;
  PageReading& reading_;
  PageGraph& graph_;
  MemoryBudget& budget_;
  RunState& state_;
  ScanProgress& progress_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace ocrbatch::pipeline
