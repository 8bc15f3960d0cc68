#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "pipeline/messages.h"
#include "pipeline/model_set.h"

namespace ocrbatch::pipeline {

// Gathers lines of all pages and documents into batches for one model and of one width bucket.
//
// A full batch leaves at once. What is left over leaves when
//  - something would idle otherwise: the feeder has nothing to add (it waits for memory, or has ended) and
//    fewer pages are on their way here than there are cores without a batch. Where devices compute, batches
//    keep no core busy: then pages on their way are compared with all cores, and lines wait while the devices
//    have as much as they take at once, so that more of them come together. This also makes the pipeline free
//    of deadlocks: when every page in flight waits here or behind a page that does, nothing is on its way,
//    and the lines leave;
//  - a line has seen 16 later pages arrive, 64 where devices compute: a rare width must not hold up the
//  output.
//
// set_feeder_idle belongs to the feeder's thread, page_fed to any; the others to one thread at a time (a
// serial node). A page may come more than once.
class BatchLines {
 public:
  BatchLines(const ModelSet& models, int jobs);

  void page_fed() { ++pages_fed_; }  // before the page sets out for add_page
  void set_feeder_idle(bool idle) { feeder_idle_ = idle; }

  // Each returns the batches that are ready now.
  std::vector<BatchPtr> add_page(const PagePtr& page);  // every page, with lines to recognize or without
  std::vector<BatchPtr> batch_done();                   // once a batch, when it has been recognized
  std::vector<BatchPtr> feeder_changed();               // after set_feeder_idle(true)

 private:
  struct Waiting {
    LineRef line;
    std::uint64_t arrival = 0;  // how many pages had arrived before this line's page
  };
  using Queue = std::deque<Waiting>;
  using Kind = std::pair<std::size_t, int>;  // a model and one of its buckets

  // Moves the first lines of a kind into a batch.
  BatchPtr take(Kind kind, Queue& queue, std::size_t count);
  void take_full(std::vector<BatchPtr>& ready);
  void take_overdue(std::vector<BatchPtr>& ready);
  void take_left_overs(std::vector<BatchPtr>& ready);
  bool something_would_idle() const;
  std::size_t share_of(std::size_t waiting, std::size_t full) const;
  std::size_t batch_size(Kind kind) const;

  const ModelSet models_;
  const std::uint64_t jobs_, batches_on_devices_;  // the latter 0: batches are computed on the cores
  std::atomic<std::uint64_t> pages_fed_{0};
  std::atomic<bool> feeder_idle_{false};
  std::uint64_t pages_arrived_ = 0, batches_out_ = 0;
  std::map<Kind, Queue> queues_;  // ordered, so that ties are settled the same way in each run
};

}  // namespace ocrbatch::pipeline
