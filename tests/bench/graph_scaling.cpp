// graph_scaling [LOOK_AHEAD READ LINE WRITE]: how many cores one process keeps busy. Runs the graph, feeder's
// thread, batches and memory budget of `scan`, with stages that sleep for as long as the measured ones take
// (milliseconds a page, LINE a line), so that a machine of few cores runs hundreds of threads. What the graph
// itself takes is computed in truth. Pages differ: half to twice the time, 5 to 71 lines.
//
// Memory and caches that real cores share are not part of it.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "pipeline/graph.h"
#include "pipeline/memory_budget.h"

namespace ocrbatch::pipeline {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct StageTimes {
  Milliseconds look_ahead{0.23}, read{26}, line{1.3}, write{0.06};
};

// Says how lines are batched; the graph's stages are given apart.
class Batching : public recognizer::Recognizer {
 public:
  Batching() { info_.line_preparation.height_px = 32; }
  const recognizer::ModelInfo& info() const override { return info_; }
  int width_bucket(int width_px) const override { return (width_px + 63) / 64 * 64; }
  int batch_size(int /*bucket*/) const override { return 8; }
  std::vector<std::string> devices() const override { return {}; }
  std::vector<recognizer::Hypothesis> recognize(std::span<const cv::Mat> /*lines*/) const override {
    return {};
  }

 private:
  recognizer::ModelInfo info_;
};

// A number from 0 to 1 for each page, the same in each run.
double share_of(std::uint64_t page) {
  return static_cast<double>(page * 2654435761U % 1024) / 1024;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Run {
  double wall_s = 0, cpu_s = 0, stages_s = 0;
};

Run run(const StageTimes& times, int jobs, std::uint64_t pages) {
  const Batching batching;
  RunState state;
  ScanProgress progress;
  MemoryBudget budget(std::uint64_t{1} << 40, 128 + 16 * static_cast<std::uint64_t>(jobs));
  BatchLines batcher(batching, jobs);
  std::atomic<std::int64_t> slept_ns{0};
  const auto work = [&](Milliseconds time) {
    const Clock::time_point start = Clock::now();
    std::this_thread::sleep_until(start + std::chrono::duration_cast<Clock::duration>(time));
    slept_ns += std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
  };
  const double cpu_before = cpu_seconds();
  const Clock::time_point start = Clock::now();
  PageGraph graph({.read =
                       [&](PageMessage& page) {
                         const double share = share_of(page.sequence);
                         work(times.read * (0.5 + 1.5 * share * share));
                         page.lines.resize(5 + page.sequence * 7919 % 67);
                         for (std::size_t i = 0; i < page.lines.size(); ++i) {
                           LineMessage& line = page.lines[i];
                           line.columns = 60 + static_cast<int>((page.sequence * 31 + i * i * 97) % 1200);
                           line.prepared.pixels = cv::Mat(1, 1, CV_8UC1);
                           line.bucket = batching.width_bucket(line.columns);
                         }
                         page.lines_to_recognize = page.lines.size();
                       },
                   .collect = [](PageMessage&) {},
                   .write = [&](PageMessage&) { work(times.write); },
                   .recognize =
                       [&](LineBatch& batch, std::size_t) {
                         work(times.line * static_cast<double>(batch.lines.size()));
                         std::vector<PagePtr> complete;
                         for (const LineRef& line : batch.lines)
                           if (--line.page->lines_to_recognize == 0) complete.push_back(line.page);
                         return complete;
                       }},
                  batcher, state, progress.queues, jobs, 0);
  for (std::uint64_t n = 0; n < pages; ++n) {
    std::this_thread::sleep_for(times.look_ahead);
    auto page = std::make_shared<PageMessage>();
    page->sequence = n;
    budget.acquire(
        kPageOverheadBytes, [&] { graph.feeder_waits(); }, [] { return false; }, page->memory);
    graph.put(std::move(page));
  }
  graph.finish();
  return {std::chrono::duration<double>(Clock::now() - start).count(), cpu_seconds() - cpu_before,
          1e-9 * static_cast<double>(slept_ns)};
}

int main_of(int argument_count, char** arguments) {
  StageTimes times;
  if (argument_count == 5) {
    Milliseconds* const all[] = {&times.look_ahead, &times.read, &times.line, &times.write};
    for (int i = 0; i < 4; ++i) *all[i] = Milliseconds(std::stod(arguments[i + 1]));
  } else if (argument_count != 1) {
    std::fputs("graph_scaling [LOOK_AHEAD READ LINE WRITE]\n", stderr);
    return 2;
  }
  fmt::print("threads   pages/s  busy threads  share  graph's own us a page\n");
  for (const int jobs : {1, 2, 4, 8, 16, 32, 64, 128, 256}) {
    const std::uint64_t pages = 100 + 100 * static_cast<std::uint64_t>(jobs);
    const Run result = run(times, jobs, pages);
    const double busy = result.stages_s / result.wall_s;
    fmt::print("{:7}  {:8.1f}  {:12.1f}  {:4.0f} %  {:.0f}\n", jobs,
               static_cast<double>(pages) / result.wall_s, busy, 100 * busy / jobs,
               1e6 * result.cpu_s / static_cast<double>(pages));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace ocrbatch::pipeline

int main(int argument_count, char** arguments) {
  return ocrbatch::pipeline::main_of(argument_count, arguments);
}
