// The graph with made-up stages: whatever happens to pages inside, each comes out once and in order.
#include "pipeline/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <random>
#include <thread>

#include "pipeline/stages/guard.h"
#include "pipeline/stages/recognize.h"
#include "tests/support/checksum_recognizer.h"

namespace ocrbatch::pipeline {
namespace {

using testing::ChecksumRecognizer;

struct Case {
  int jobs;
  int pages;
  std::uint64_t budget_bytes;
  std::uint64_t budget_pages;
  int lines_a_batch;
  int failing_percent;
  bool delays;
  int devices = 0;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.jobs << " jobs, " << c.pages << " pages, budget " << c.budget_bytes << " bytes and "
       << c.budget_pages << " pages, " << c.lines_a_batch << " lines a batch, " << c.failing_percent
       << " % failing" << (c.delays ? ", delays" : "") << ", " << c.devices << " devices";
}

constexpr std::uint64_t kPageBytes = 2 * kPageOverheadBytes;

// What becomes of page n is a function of n, so that a test can foretell it.
class MadeUpPages {
 public:
  explicit MadeUpPages(const Case& c) : case_(c) {
    recognizer_.lines_a_batch = c.lines_a_batch;
    recognizer_.device_count = c.devices;
    recognizer_.widest_delay_us = c.delays ? 300 : 0;
  }

  bool fails(std::uint64_t n, unsigned stage) const {
    return static_cast<int>(std::minstd_rand(static_cast<unsigned>(n * 7 + 1))() % 100) <
               case_.failing_percent &&
           n % 2 == stage;
  }
  std::size_t lines(std::uint64_t n) const { return n * 2654435761U % 6; }  // none on a sixth of the pages

  // Some pages are read again, at first one line of them at a time; of some, lines are held back at first.
  static bool is_read_again(std::uint64_t n) { return n % 5 == 1; }
  static bool is_held_back(std::uint64_t n) { return n % 3 == 1; }

  static PageWay choose_view(PageMessage& page) {
    if (page.failed() || page.is_settled) return PageWay::kCollect;
    if (is_read_again(page.sequence) && page.view.image.turn_deg == 0) {
      page.view.image.turn_deg = 180;
      page.lines.clear();
      return PageWay::kRead;
    }
    page.is_settled = true;
    for (LineMessage& line : page.lines) line.held_back = false;
    page.lines_to_recognize =
        static_cast<std::size_t>(std::ranges::count_if(page.lines, is_to_be_recognized));
    return page.lines_to_recognize > 0 ? PageWay::kRecognize : PageWay::kCollect;
  }

  void visit(PageMessage& page, unsigned stage) const {
    if (case_.delays) {
      thread_local std::minstd_rand random(std::hash<std::thread::id>()(std::this_thread::get_id()));
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
    }
    work_on(page, "test", io::ErrorCode::kInternal, [&] {
      if (fails(page.sequence, stage)) throw std::runtime_error("made to fail");
      if (stage != 0) return;
      page.lines.resize(lines(page.sequence));
      for (std::size_t i = 0; i < page.lines.size(); ++i) {
        LineMessage& line = page.lines[i];
        line.columns = 20 + static_cast<int>((page.sequence * 31 + i * 97) % 500);
        line.prepared.pixels =
            cv::Mat(16, line.columns, CV_8UC1, cv::Scalar(static_cast<double>(page.sequence % 251)));
        line.bucket = recognizer_.width_bucket(line.columns);
        line.held_back = i > 0 && is_held_back(page.sequence);
      }
      page.lines_to_recognize =
          static_cast<std::size_t>(std::ranges::count_if(page.lines, is_to_be_recognized));
    });
  }

  // Runs all pages through a graph and returns the sequence numbers as they were written.
  std::vector<std::uint64_t> run() {
    const auto devices = static_cast<std::size_t>(case_.devices);
    RunState state(devices);
    ScanProgress progress;
    MemoryBudget budget(case_.budget_bytes, case_.budget_pages);
    BatchLines batcher(recognizer_, case_.jobs);
    const RecognizeBatch recognize(recognizer_, state, progress);
    std::vector<std::uint64_t> written;
    PageGraph graph({.read = [&](PageMessage& page) { visit(page, 0); },
                     .choose_view = choose_view,
                     .collect = [&](PageMessage& page) { visit(page, 1); },
                     .write =
                         [&](PageMessage& page) {
                           check(page);
                           written.push_back(page.sequence);
                         },
                     .recognize = recognize},
                    batcher, state, progress.queues, case_.jobs, devices);
    for (int n = 0; n < case_.pages; ++n) {
      auto page = std::make_shared<PageMessage>();
      page->sequence = static_cast<std::uint64_t>(n);
      EXPECT_TRUE(budget.acquire(
          kPageBytes, [&] { graph.feeder_waits(); }, [] { return false; }, page->memory));
      graph.put(std::move(page));
    }
    graph.finish();
    EXPECT_EQ(graph.pages_in(), static_cast<std::uint64_t>(case_.pages));
    EXPECT_EQ(graph.pages_out(), graph.pages_in());
    EXPECT_EQ(budget.bytes_in_flight(), 0U);
    EXPECT_LE(budget.peak_bytes(), std::max(case_.budget_bytes, kPageBytes));
    const std::int64_t any = std::min(case_.pages, 1);
    for (const QueueDepth* queue :
         {&progress.queues.read, &progress.queues.recognize, &progress.queues.write}) {
      EXPECT_EQ(queue->now(), 0);
      EXPECT_GE(queue->peak(), any);
      EXPECT_LE(queue->peak(), case_.pages);
    }
    return written;
  }

 private:
  void check(const PageMessage& page) const {
    const std::uint64_t n = page.sequence;
    EXPECT_EQ(page.failed(), fails(n, 0) || fails(n, 1)) << "page " << n;
    if (page.failed()) return;
    EXPECT_EQ(page.view.image.turn_deg, is_read_again(n) ? 180 : 0) << "page " << n;
    EXPECT_EQ(page.lines.size(), lines(n)) << "page " << n;
    for (const LineMessage& line : page.lines) {
      const cv::Mat pixels(16, line.columns, CV_8UC1, cv::Scalar(static_cast<double>(n % 251)));
      EXPECT_EQ(line.hypothesis.text(), ChecksumRecognizer::text_of(pixels)) << "page " << n;
      EXPECT_TRUE(line.prepared.pixels.empty()) << "pixels are freed once recognized";
    }
  }

  const Case case_;
  ChecksumRecognizer recognizer_;
};

class PageGraphCases : public ::testing::TestWithParam<Case> {};

TEST_P(PageGraphCases, EveryPageComesOutOnceAndInOrder) {
  const std::vector<std::uint64_t> written = MadeUpPages(GetParam()).run();
  ASSERT_EQ(written.size(), static_cast<std::size_t>(GetParam().pages));
  for (std::size_t i = 0; i < written.size(); ++i) ASSERT_EQ(written[i], i);
}

constexpr std::uint64_t kPlenty = 1 << 30;

INSTANTIATE_TEST_SUITE_P(
    Ways, PageGraphCases,
    ::testing::Values(Case{1, 500, kPlenty, 1000, 8, 20, true},            //
                      Case{2, 500, kPlenty, 1000, 8, 20, true},            //
                      Case{4, 500, kPlenty, 1000, 8, 20, true},            //
                      Case{8, 500, kPlenty, 1000, 8, 20, true},            //
                      Case{3, 2000, kPlenty, 64, 16, 5, false},            //
                      Case{1, 200, 1, 1000, 8, 20, false},                 // one page at a time
                      Case{4, 200, kPageBytes, 1000, 8, 0, true},          // likewise
                      Case{2, 300, 3 * kPageBytes, 1000, 1000, 0, false},  // batches never full
                      Case{8, 300, kPlenty, 2, 1000, 30, false},           // likewise
                      Case{4, 300, kPlenty, 1000, 1, 0, false},            // a line a batch
                      Case{4, 300, kPlenty, 32, 8, 100, true}, Case{2, 0, kPlenty, 32, 8, 0, false},
                      Case{8, 1, kPlenty, 32, 8, 0, false}, Case{1, 500, kPlenty, 1000, 8, 20, true, 1},  //
                      Case{4, 500, kPlenty, 1000, 8, 20, true, 1},                                        //
                      Case{4, 500, kPlenty, 1000, 8, 20, true, 3},                                        //
                      Case{1, 200, 1, 1000, 8, 20, false, 2},                 // one page at a time
                      Case{2, 300, 3 * kPageBytes, 1000, 1000, 0, false, 1},  // batches never full
                      Case{8, 300, kPlenty, 2, 1000, 30, false, 2},           // likewise
                      Case{2, 2000, kPlenty, 1000, 1, 0, false, 2},           // a line a batch
                      Case{4, 300, kPlenty, 32, 8, 100, true, 2}, Case{2, 0, kPlenty, 32, 8, 0, false, 1}));

std::vector<PagePtr> no_page(LineBatch&, std::size_t) {
  return {};
}

void put_pages_without_lines(PageGraph& graph, std::uint64_t count) {
  for (std::uint64_t n = 0; n < count; ++n) {
    auto page = std::make_shared<PageMessage>();
    page->sequence = n;
    graph.put(std::move(page));
  }
}

PagePtr page_of_one_line(std::uint64_t sequence) {
  auto page = std::make_shared<PageMessage>();
  page->sequence = sequence;
  page->lines.resize(1);
  page->lines[0].prepared.pixels = cv::Mat(16, 50, CV_8UC1);
  page->lines_to_recognize = 1;
  return page;
}

// The feeder must not be left waiting for pages that a cancelled graph will never release.
TEST(PageGraph, RethrowsWhatAStageLetsOutAfterWindingDown) {
  ChecksumRecognizer recognizer;
  RunState state;
  MemoryBudget budget(10 * kPageBytes, 100);
  BatchLines batcher(recognizer, 2);
  PageQueues queues;
  const auto nothing = [](PageMessage&) {};
  PageGraph graph({.read = nothing,
                   .collect =
                       [](PageMessage& page) {
                         if (page.sequence == 20) throw std::domain_error("a bug");
                       },
                   .write = nothing,
                   .recognize = no_page},
                  batcher, state, queues, 2, 0);
  for (std::uint64_t n = 0; n < 200; ++n) {
    auto page = std::make_shared<PageMessage>();
    page->sequence = n;
    if (!budget.acquire(
            kPageBytes, [&] { graph.feeder_waits(); }, [&] { return state.failed(); }, page->memory))
      break;
    graph.put(std::move(page));
  }
  EXPECT_THROW(graph.finish(), std::domain_error);
}

// One after the other through a graph of one thread, which begins when all have been put. The feeder's thread
// keeps away until most are written: it could be interrupted within a node.
class HundredPages {
 public:
  void wait_for_all() { all_put_.get_future().wait(); }
  void count_written() {
    if (++written_ == kMost) most_written_.set_value();
  }
  std::uint64_t written() const { return written_; }
  bool most_are_written() const { return written_ >= kMost; }

  void go_through(PageGraph& graph) {
    for (std::uint64_t n = 0; n < 100; ++n) graph.put(page_of_one_line(n));
    all_put_.set_value();
    most_written_.get_future().wait();
    graph.finish();
    EXPECT_EQ(written_, 100U);
  }

 private:
  static constexpr std::uint64_t kMost = 80;
  std::promise<void> all_put_, most_written_;
  std::uint64_t written_ = 0;  // the graph's thread's, until it is finished
};

// One thread takes what is nearest to the output.
TEST(PageGraph, WritesPagesBeforeItReadsMore) {
  ChecksumRecognizer recognizer;
  recognizer.lines_a_batch = 1;
  RunState state;
  BatchLines batcher(recognizer, 1);
  PageQueues queues;
  HundredPages pages;
  std::uint64_t read = 0, most_ahead = 0;
  PageGraph graph(
      {.read =
           [&](PageMessage& page) {
             if (page.view.image.turn_deg == 0 && ++read == 1) pages.wait_for_all();
             if (!pages.most_are_written()) most_ahead = std::max(most_ahead, read - pages.written());
           },
       .choose_view =
           [](PageMessage& page) {
             if (page.sequence % 5 > 0 || page.view.image.turn_deg > 0) return PageWay::kCollect;
             page.view.image.turn_deg = 180;
             page.lines = page_of_one_line(0)->lines;
             page.lines_to_recognize = 1;
             return PageWay::kRead;
           },
       .collect = [](PageMessage&) {},
       .write = [&](PageMessage&) { pages.count_written(); },
       .recognize = [](LineBatch& batch, std::size_t) { return std::vector<PagePtr>{batch.lines[0].page}; }},
      batcher, state, queues, 1, 0);
  pages.go_through(graph);
  EXPECT_LE(most_ahead, 2U);
}

TEST(PageGraph, CollectsWhatADeviceIsDoneWithBeforeItReadsMore) {
  ChecksumRecognizer recognizer;
  recognizer.lines_a_batch = recognizer.device_count = 1;
  RunState state(1);
  BatchLines batcher(recognizer, 1);
  PageQueues queues;
  HundredPages pages;
  std::promise<void> one_is_back;
  std::future<void> back = one_is_back.get_future();
  std::atomic<int> batches = 0, read = 0, read_before_the_first = -1;
  PageGraph graph({.read =
                       [&](PageMessage& page) {
                         if (page.sequence == 0) pages.wait_for_all();
                         if (page.sequence == 50) {
                           EXPECT_EQ(back.wait_for(std::chrono::seconds(60)), std::future_status::ready);
                         }
                         ++read;
                       },
                   .collect =
                       [&](PageMessage&) {
                         int none = -1;
                         read_before_the_first.compare_exchange_strong(none, read);
                       },
                   .write = [&](PageMessage&) { pages.count_written(); },
                   .recognize =
                       [&](LineBatch& batch, std::size_t) {
                         // A device has two threads: one of them comes for the third batch when its
                         // first is back in the graph.
                         if (++batches == 3) one_is_back.set_value();
                         return std::vector<PagePtr>{batch.lines[0].page};
                       }},
                  batcher, state, queues, 1, 1);
  pages.go_through(graph);
  // Some pages go by on another thread while the first is on its way to be collected.
  EXPECT_GE(read_before_the_first, 1);
  EXPECT_LT(read_before_the_first, 90);
}

// The one that waits for the graph's end works along, and an arena has two places at least.
TEST(PageGraph, HasAsManyThreadsAsJobs) {
  for (const int jobs : {1, 2}) {
    ChecksumRecognizer recognizer;
    RunState state;
    BatchLines batcher(recognizer, jobs);
    PageQueues queues;
    std::atomic<int> at_work = 0, most_at_work = 0;
    const auto work = [&](PageMessage&) {
      const int now = ++at_work;
      for (int most = most_at_work; most < now && !most_at_work.compare_exchange_weak(most, now);) {
      }
      std::this_thread::sleep_for(std::chrono::microseconds(500));
      --at_work;
    };
    PageGraph graph({.read = work, .collect = work, .write = work, .recognize = no_page}, batcher, state,
                    queues, jobs, 0);
    put_pages_without_lines(graph, 50);
    graph.finish();
    EXPECT_LE(most_at_work, jobs);
  }
}

// Whichever thread they lie with.
TEST(PageGraph, APageThatTakesLongDoesNotHoldUpThoseBeforeIt) {
  for (int run = 0; run < 50; ++run) {
    ChecksumRecognizer recognizer;
    RunState state;
    BatchLines batcher(recognizer, 2);
    PageQueues queues;
    std::promise<void> tenth_is_written;
    std::future<void> written = tenth_is_written.get_future();
    PageGraph graph({.read =
                         [&](PageMessage& page) {
                           if (page.sequence != 10) return;
                           EXPECT_EQ(written.wait_for(std::chrono::seconds(60)), std::future_status::ready);
                         },
                     .collect = [](PageMessage&) {},
                     .write =
                         [&](PageMessage& page) {
                           if (page.sequence == 9) tenth_is_written.set_value();
                         },
                     .recognize = no_page},
                    batcher, state, queues, 2, 0);
    put_pages_without_lines(graph, 20);
    graph.finish();
    ASSERT_FALSE(HasFailure());
  }
}

TEST(PageGraph, NamesTheNumbersWhenAPageIsLost) {
  ChecksumRecognizer recognizer;
  RunState state;
  BatchLines batcher(recognizer, 2);
  PageQueues queues;
  const auto nothing = [](PageMessage&) {};
  PageGraph graph({.read = nothing, .collect = nothing, .write = nothing, .recognize = no_page}, batcher,
                  state, queues, 2, 0);
  for (const std::uint64_t sequence : {0, 1, 3}) {  // the writer waits for page 2 for ever
    auto page = std::make_shared<PageMessage>();
    page->sequence = sequence;
    graph.put(std::move(page));
  }
  try {
    graph.finish();
    FAIL() << "a lost page went unnoticed";
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(), "the pipeline lost pages: 3 went in, 2 came out");
  }
}

// The graph has one thread here: it reads the second page while the device is busy with the first.
TEST(PageGraph, NoThreadOfItWaitsForADevice) {
  ChecksumRecognizer recognizer;
  recognizer.lines_a_batch = recognizer.device_count = 1;
  RunState state(1);
  BatchLines batcher(recognizer, 1);
  PageQueues queues;
  std::promise<void> second_is_read;
  std::future<void> read = second_is_read.get_future();
  const auto nothing = [](PageMessage&) {};
  PageGraph graph({.read =
                       [&](PageMessage& page) {
                         if (page.sequence == 1) second_is_read.set_value();
                       },
                   .collect = nothing,
                   .write = nothing,
                   .recognize =
                       [&](LineBatch& batch, std::size_t) {
                         const PagePtr page = batch.lines[0].page;
                         if (page->sequence == 0) {
                           EXPECT_EQ(read.wait_for(std::chrono::seconds(60)), std::future_status::ready);
                         }
                         return std::vector<PagePtr>{page};
                       }},
                  batcher, state, queues, 1, 1);
  graph.put(page_of_one_line(0));
  graph.put(page_of_one_line(1));
  graph.finish();
  EXPECT_EQ(graph.pages_out(), 2U);
}

TEST(PageGraph, RethrowsWhatADeviceThreadLetsOut) {
  ChecksumRecognizer recognizer;
  recognizer.lines_a_batch = recognizer.device_count = 1;
  RunState state(1);
  BatchLines batcher(recognizer, 2);
  PageQueues queues;
  const auto nothing = [](PageMessage&) {};
  PageGraph graph({.read = nothing,
                   .collect = nothing,
                   .write = nothing,
                   .recognize = [](LineBatch&, std::size_t) -> std::vector<PagePtr> {
                     throw std::domain_error("a bug");
                   }},
                  batcher, state, queues, 2, 1);
  for (std::uint64_t n = 0; n < 50; ++n) graph.put(page_of_one_line(n));
  EXPECT_THROW(graph.finish(), std::domain_error);
}

}  // namespace
}  // namespace ocrbatch::pipeline
