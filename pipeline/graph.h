// The flow graph that carries pages from the feeder to the writer.
//
//   feeder ─▶ read_page ─▶ batch_lines ─▶ recognize_batch ─▶ choose_view ─▶ collect_page ─▶ write_page
//                           │  ▲  ▲  ▲          │             ▲  │  │
//                           │  │  │  └─ done ───┘             │  │  │
//                           └──┼──┼─── pages without lines ───┘  │  │
//                              │  └──── the rest of its lines ───┘  │
//                              └─── read_again ◀── another view ────┘
//
// Every page that is put in comes out at write_page, with a result or an error, in the order of `sequence`.
// Where devices recognize, two nodes stand for recognize_batch, ask_device and device_done: between them a
// batch is with threads that wait for the devices, so that no thread of the graph does.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "pipeline/messages.h"
#include "pipeline/queue_depth.h"
#include "pipeline/run_state.h"
#include "pipeline/stages/batch.h"

namespace ocrbatch::pipeline {

// What the nodes do. Stages deal with the errors of a page themselves; what they throw is fatal and ends the
// run.
struct Stages {
  std::function<void(PageMessage&)> read;
  std::function<PageWay(PageMessage&)> choose_view = {};  // empty: always on to collect
  std::function<void(PageMessage&)> collect, write;
  // On a device, or, without any, on the calling thread. Returns the pages whose last line this was.
  std::function<std::vector<PagePtr>(LineBatch&, std::size_t device)> recognize;
};

// put, feeder_waits and finish belong to one thread, the feeder's, which is none of the graph's `jobs`
// threads and may therefore block. While a PageGraph lives, TBB has at most `jobs` worker threads in the
// whole process.
class PageGraph {
 public:
  // `batcher`, `state` and `queues` must outlive the graph.
  PageGraph(Stages stages, BatchLines& batcher, RunState& state, PageQueues& queues, int jobs,
            std::size_t devices);
  ~PageGraph();  // waits until nothing moves any more

  void put(PagePtr page);
  // To be called before the feeder blocks for what pages in flight hold: lets left-over lines go.
  void feeder_waits();
  // Waits until every page is out. Rethrows what ended the run; std::logic_error when a page was lost.
  void finish();

  std::uint64_t pages_in() const;
  std::uint64_t pages_out() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ocrbatch::pipeline
