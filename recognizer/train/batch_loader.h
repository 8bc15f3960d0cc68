// Fetches lines on worker threads and hands them out in batches of similar width.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "recognizer/train/epoch_order.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::recognizer {

// The batch of step s is a function of the source, the batch size, the seed and s: a resumed run continues
// with the batches that an undisturbed run would have seen. Lines are taken in order (a finite source is
// shuffled anew each epoch), a pool of batches at a time is sorted by width, cut, and put into random
// order.
//
// With several rounds, a pool's batches come so many times, each time in another order, before the next
// pool's.
//
// Processes that train together divide each batch among them. Every process fetches all lines, because
// batches are made by width, but keeps only its own.
class BatchLoader {
 public:
  struct Part {
    int index = 0, parts = 1;  // line i of a batch belongs to part i % parts
  };

  // Batches of a pool at most. A pool is no larger than a finite source, so that no batch is filled with
  // copies of one line.
  static constexpr int kPoolBatches = 16;

  BatchLoader(const LineSource& source, int batch_size, int workers, std::uint64_t seed,
              std::int64_t first_step, Part part = {0, 1}, int rounds = 1);
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  // The next step's lines of this part; waits for the workers. Rethrows what a source's get() threw.
  std::vector<LabeledLine> next();

 private:
  struct Pool {
    std::vector<LabeledLine> lines;
    std::size_t claimed = 0, finished = 0;
    std::vector<std::vector<std::size_t>> batches;  // set when finished; in the order of `round`
    std::uint64_t round = 0;
  };

  void work();
  void arrange(Pool& pool, std::uint64_t pool_number) const;
  void shuffle_batches(Pool& pool, std::uint64_t pool_number) const;
  std::uint64_t pool_at(std::int64_t step) const {
    return static_cast<std::uint64_t>(step) / (pool_batches_ * rounds_);
  }

  const LineSource& source_;
  const std::size_t batch_size_;
  std::uint64_t pool_batches_ = kPoolBatches;
  const std::uint64_t seed_;
  const Part part_;
  const std::uint64_t rounds_;
  std::unique_ptr<EpochOrder> order_;  // of a finite source
  std::int64_t step_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, std::unique_ptr<Pool>> pools_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace ocrbatch::recognizer
