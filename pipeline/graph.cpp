#include "pipeline/graph.h"

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <tuple>
#include <variant>

#include "pipeline/device_threads.h"
#include "pipeline/places.h"
#include "pipeline/stack_thread.h"

namespace ocrbatch::pipeline {
namespace {

namespace flow = oneapi::tbb::flow;
using oneapi::tbb::global_control;
using oneapi::tbb::task_arena;

struct BatchDone {};
struct FeederChanged {};
using BatchEvent = std::variant<PagePtr, BatchDone, FeederChanged>;

// Where pages are read in this process: Poppler and Tesseract recurse on the stack, and were written for a
// main thread's 8 MiB; TBB's default is 4.
constexpr std::size_t kThreadStackBytes = 16 << 20;

// Pages nearest to the output go first: they free memory, and their lines fill batches. Every node has a
// priority: one without would get a turn only when nothing is left to do at those that have one.
enum Priority : flow::node_priority_t {
  kRead = 1,
  kReadAgain,
  kRecognize,
  kBatch,
  kChooseView,
  kCollect,
  kWrite
};

// No place is kept for the feeder's thread, so all `jobs` places are the workers'; TBB counts the calling
// thread in its limit, hence one more.
struct Threads {
  explicit Threads(int jobs)
      : workers(global_control::max_allowed_parallelism, static_cast<std::size_t>(jobs) + 1),
        stack(global_control::thread_stack_size, kThreadStackBytes),
        arena(jobs, /*reserved_for_masters=*/0) {}

  global_control workers, stack;
  task_arena arena;
};

// A throw from a body would cancel the graph and lose every page in it without a word, so it ends the run by
// way of the state: stages then skip their work, the feeder stops, and finish() rethrows.
template <class Work>
void contain(RunState& state, Work&& work) {
  try {
    work();
  } catch (...) {
    state.fail(std::current_exception());
  }
}

struct Nodes {
  using PageNode = flow::function_node<PagePtr, PagePtr>;
  using ReadNode = flow::function_node<PagePtr, BatchEvent>;
  using ViewNode = flow::multifunction_node<PagePtr, std::tuple<PagePtr, BatchEvent, PagePtr>>;
  using BatchNode = flow::multifunction_node<BatchEvent, std::tuple<BatchPtr, PagePtr>>;
  // A batch, or the pages whose last line was in it.
  template <class Input>
  using RecognizeNode = flow::multifunction_node<Input, std::tuple<PagePtr, BatchEvent>>;
  using DeviceNode = flow::async_node<BatchPtr, std::vector<PagePtr>>;

  Nodes(Stages given_stages, BatchLines& given_batcher, RunState& given_state, PageQueues& given_queues,
        int jobs, std::size_t devices)
      : stages(std::move(given_stages)),
        batcher(given_batcher),
        state(given_state),
        queues(given_queues),
        places(jobs),
        read_page(
            graph, jobs, [this](PagePtr page) { return BatchEvent(read(std::move(page))); }, kRead),
        // Not by read_page: there it would stand behind all pages that have been fed, and hold up the output.
        read_again(
            graph, jobs, [this](PagePtr page) { return BatchEvent(read(std::move(page))); }, kReadAgain),
        // Serial: the batcher is one queue a bucket.
        batch_lines(
            graph, flow::serial, [this](const BatchEvent& event, auto& ports) { batch(event, ports); },
            kBatch),
        choose_view(
            graph, jobs, [this](PagePtr page, auto& ports) { choose(std::move(page), ports); }, kChooseView),
        collect_page(
            graph, jobs, [this](PagePtr page) { return collect(std::move(page)); }, kCollect),
        // Serial: the output is one stream.
        write_page(
            graph, flow::serial, [this](PagePtr page) { return write_in_order(std::move(page)); }, kWrite) {
    flow::make_edge(read_page, batch_lines);
    flow::make_edge(read_again, batch_lines);
    flow::make_edge(flow::output_port<1>(batch_lines), choose_view);
    flow::make_edge(flow::output_port<0>(choose_view), collect_page);
    flow::make_edge(flow::output_port<1>(choose_view), batch_lines);
    flow::make_edge(flow::output_port<2>(choose_view), read_again);
    flow::make_edge(collect_page, write_page);
    if (devices == 0)
      recognize_on_cores(jobs);
    else
      recognize_on_devices(devices, jobs);
  }

  void recognize_on_cores(int jobs) {
    recognize_batch.emplace(
        graph, jobs, [this](const BatchPtr& lines, auto& ports) { hand_on(recognize_here(*lines), ports); },
        kRecognize);
    flow::make_edge(flow::output_port<0>(batch_lines), *recognize_batch);
    connect_results(*recognize_batch);
  }

  void recognize_on_devices(std::size_t devices, int jobs) {
    // Unlimited: the bodies only pass on what they are given.
    ask_device.emplace(
        graph, flow::unlimited,
        [this](const BatchPtr& lines, DeviceNode::gateway_type& gateway) { ask(lines, gateway); },
        kRecognize);
    device_done.emplace(
        graph, flow::unlimited,
        [this](const std::vector<PagePtr>& pages, auto& ports) { hand_on(pages, ports); }, kRecognize);
    // As many as a device takes batches, and some that search meanwhile what has come back from it: with a
    // beam and a language model that is about a quarter of what reading the pages takes.
    device_threads.emplace(devices, static_cast<std::size_t>(recognizer::kBatchesADevice + (jobs + 3) / 4));
    flow::make_edge(flow::output_port<0>(batch_lines), *ask_device);
    flow::make_edge(flow::output_port<0>(*ask_device), *device_done);
    connect_results(*device_done);
  }

  template <class Node>
  void connect_results(Node& node) {
    flow::make_edge(flow::output_port<0>(node), choose_view);
    flow::make_edge(flow::output_port<1>(node), batch_lines);
  }

  // An arena has two places at least, and the thread that waits for the graph takes one: with one job, both
  // would work.
  template <class Work>
  void at_a_place(Work&& work) {
    places.take();
    contain(state, work);
    places.give_back();
  }

  PagePtr read(PagePtr page) {
    queues.read.leave();
    at_a_place([&] {
      if (!state.failed()) stages.read(*page);
    });
    queues.recognize.enter();
    return page;
  }

  // A page that sets out for batch_lines once more is counted once more, or the batcher would not know that
  // it is on its way. The nodes behind all three ports queue what they are given.
  void choose(PagePtr page, ViewNode::output_ports_type& ports) {
    PageWay way = PageWay::kCollect;
    at_a_place([&] {
      if (!state.failed() && stages.choose_view) way = stages.choose_view(*page);
    });
    if (way == PageWay::kCollect) {
      std::get<0>(ports).try_put(std::move(page));
      return;
    }
    batcher.page_fed();
    if (way == PageWay::kRecognize) {
      std::get<1>(ports).try_put(BatchEvent(std::move(page)));
      return;
    }
    queues.recognize.leave();
    queues.read.enter();
    std::get<2>(ports).try_put(std::move(page));
  }

  PagePtr collect(PagePtr page) {
    queues.recognize.leave();
    at_a_place([&] {
      if (!state.failed()) stages.collect(*page);
    });
    queues.write.enter();
    return page;
  }

  void batch(const BatchEvent& event, BatchNode::output_ports_type& ports) {
    contain(state, [&] {
      std::vector<BatchPtr> ready;
      if (const PagePtr* page = std::get_if<PagePtr>(&event)) {
        ready = batcher.add_page(*page);
        if ((*page)->lines_to_recognize == 0) std::get<1>(ports).try_put(*page);
      } else {
        ready = std::holds_alternative<BatchDone>(event) ? batcher.batch_done() : batcher.feeder_changed();
      }
      for (const BatchPtr& lines : ready) std::get<0>(ports).try_put(lines);
    });
  }

  std::vector<PagePtr> recognize_here(LineBatch& lines) {
    std::vector<PagePtr> complete;
    at_a_place([&] { complete = stages.recognize(lines, 0); });
    return complete;
  }

  template <class Ports>
  void hand_on(const std::vector<PagePtr>& pages, Ports& ports) const {
    contain(state, [&] {
      for (const PagePtr& page : pages) std::get<0>(ports).try_put(page);
    });
    std::get<1>(ports).try_put(BatchDone{});
  }

  std::vector<PagePtr> recognize_there(LineBatch& lines, std::size_t device) const {
    std::vector<PagePtr> complete;
    contain(state, [&] { complete = stages.recognize(lines, device); });
    return complete;
  }

  // The graph would count itself done while a batch is outside of it, so it is told to wait before the batch
  // leaves, and, whatever happens to the batch, told not to afterwards.
  void ask(const BatchPtr& lines, DeviceNode::gateway_type& gateway) {
    gateway.reserve_wait();
    try {
      device_threads->give([this, lines, &gateway](std::size_t device) {
        contain(state, [&] { gateway.try_put(recognize_there(*lines, device)); });
        gateway.release_wait();
      });
    } catch (...) {
      state.fail(std::current_exception());
      gateway.release_wait();
    }
  }

  // Not a sequencer_node's, which cannot be given a priority.
  flow::continue_msg write_in_order(PagePtr page) {
    at_a_place([&] {
      done_early.emplace(page->sequence, std::move(page));
      for (; !done_early.empty() && done_early.begin()->first == pages_out;
           done_early.erase(done_early.begin()))
        write(*done_early.begin()->second);
    });
    return {};
  }

  void write(PageMessage& page) {
    queues.write.leave();
    contain(state, [&] { stages.write(page); });
    ++pages_out;
    page.memory.release();
  }

  // Until nothing moves any more. The thread that waits takes a place in the arena and works along, so it has
  // the stack of the other threads. With less, oneTBB before 2022.1 takes that stack for used up from the
  // start (it counts from the lower end, as if it were as large as theirs): the thread would hold its place
  // and take nothing from others, and pages would stand still that lie with one whose own page takes long.
  void wait() {
    try {
      run_on_stack(kThreadStackBytes, [this] { graph.wait_for_all(); });
    } catch (const std::system_error&) {
      graph.wait_for_all();  // no thread to be had
    }
  }

  const Stages stages;
  BatchLines& batcher;
  RunState& state;
  PageQueues& queues;
  Places places;
  std::uint64_t pages_in = 0;
  std::atomic<std::uint64_t> pages_out{0};
  // Of pages that are done before others that come first in the output; by sequence.
  std::map<std::uint64_t, PagePtr> done_early;

  flow::graph graph;
  ReadNode read_page, read_again;
  BatchNode batch_lines;
  ViewNode choose_view;
  PageNode collect_page;
  flow::function_node<PagePtr> write_page;
  // recognize_batch, where the threads of the graph do it ...
  std::optional<RecognizeNode<BatchPtr>> recognize_batch;
  // ... and where devices do. The threads, which use the nodes, end before them.
  std::optional<DeviceNode> ask_device;
  std::optional<RecognizeNode<std::vector<PagePtr>>> device_done;
  std::optional<DeviceThreads> device_threads;
};

}  // namespace

struct PageGraph::Impl {
  Impl(Stages stages, BatchLines& batcher, RunState& state, PageQueues& queues, int jobs, std::size_t devices)
      : threads(jobs) {
    // A graph belongs to the arena in which it is made.
    threads.arena.execute([&] { nodes.emplace(std::move(stages), batcher, state, queues, jobs, devices); });
  }

  Threads threads;
  std::optional<Nodes> nodes;
};

PageGraph::PageGraph(Stages stages, BatchLines& batcher, RunState& state, PageQueues& queues, int jobs,
                     std::size_t devices)
    : impl_(std::make_unique<Impl>(std::move(stages), batcher, state, queues, jobs, devices)) {}

PageGraph::~PageGraph() {
  impl_->nodes->wait();
}

void PageGraph::put(PagePtr page) {
  Nodes& nodes = *impl_->nodes;
  ++nodes.pages_in;
  nodes.batcher.set_feeder_idle(false);
  nodes.batcher.page_fed();
  nodes.queues.read.enter();
  nodes.read_page.try_put(std::move(page));
}

void PageGraph::feeder_waits() {
  Nodes& nodes = *impl_->nodes;
  nodes.batcher.set_feeder_idle(true);
  nodes.batch_lines.try_put(FeederChanged{});
}

void PageGraph::finish() {
  Nodes& nodes = *impl_->nodes;
  feeder_waits();
  nodes.wait();
  nodes.state.rethrow_if_failed();
  if (pages_in() != pages_out())
    throw std::logic_error("the pipeline lost pages: " + std::to_string(pages_in()) + " went in, " +
                           std::to_string(pages_out()) + " came out");
}

std::uint64_t PageGraph::pages_in() const {
  return impl_->nodes->pages_in;
}
std::uint64_t PageGraph::pages_out() const {
  return impl_->nodes->pages_out;
}

}  // namespace ocrbatch::pipeline
