#include "recognizer/train/batch_loader.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "recognizer/train/shuffle.h"

namespace ocrbatch::recognizer {
namespace {

// Pools kept ready or in work: enough that the workers never wait for the trainer in the middle of a pool.
constexpr std::uint64_t kPoolsAhead = 2;

}  // namespace

BatchLoader::BatchLoader(const LineSource& source, int batch_size, int workers, std::uint64_t seed,
                         std::int64_t first_step, Part part, int rounds)
    : source_(source),
      batch_size_(static_cast<std::size_t>(batch_size)),
      seed_(seed),
      part_(part),
      rounds_(static_cast<std::uint64_t>(rounds)),
      step_(first_step) {
  if (source.size() == std::uint64_t{0}) throw std::invalid_argument("the training data has no lines");
  if (source.size()) {
    order_ = std::make_unique<EpochOrder>(*source.size(), seed);
    pool_batches_ = std::clamp<std::uint64_t>(*source.size() / batch_size_, 1, kPoolBatches);
  }
  for (int i = 0; i < std::max(1, workers); ++i) workers_.emplace_back([this] { work(); });
}

BatchLoader::~BatchLoader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void BatchLoader::arrange(Pool& pool, std::uint64_t pool_number) const {
  std::vector<std::size_t> by_width(pool.lines.size());
  std::iota(by_width.begin(), by_width.end(), std::size_t{0});
  std::stable_sort(by_width.begin(), by_width.end(), [&](std::size_t a, std::size_t b) {
    return pool.lines[a].pixels.cols < pool.lines[b].pixels.cols;
  });
  const auto part = static_cast<std::size_t>(part_.index), parts = static_cast<std::size_t>(part_.parts);
  for (std::size_t begin = 0; begin < by_width.size(); begin += batch_size_) {
    std::vector<std::size_t>& batch = pool.batches.emplace_back();
    for (std::size_t i = 0; i < batch_size_; ++i) {
      const std::size_t line = by_width[begin + i];
      if (i % parts == part)
        batch.push_back(line);
      else
        pool.lines[line] = {};
    }
  }
  // A resumed run may begin in a later round.
  const std::uint64_t round =
      pool_number == pool_at(step_) ? static_cast<std::uint64_t>(step_) / pool_batches_ % rounds_ : 0;
  for (shuffle_batches(pool, pool_number); pool.round < round; shuffle_batches(pool, pool_number))
    ++pool.round;
}

void BatchLoader::shuffle_batches(Pool& pool, std::uint64_t pool_number) const {
  shuffle(pool.batches, seed_ * 7919 + pool_number * rounds_ + pool.round);
}

void BatchLoader::work() {
  const std::size_t pool_lines = batch_size_ * pool_batches_;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::uint64_t current = pool_at(step_);
    Pool* pool = nullptr;
    std::uint64_t number = current;
    for (; number < current + kPoolsAhead && pool == nullptr; ++number) {
      auto& slot = pools_[number];
      if (!slot) {
        slot = std::make_unique<Pool>();
        slot->lines.resize(pool_lines);
      }
      if (slot->claimed < pool_lines) {
        pool = slot.get();
        break;
      }
    }
    if (pool == nullptr || failure_) {
      changed_.wait(lock);
      continue;
    }
    const std::size_t place = pool->claimed++;
    lock.unlock();
    const std::uint64_t line_number = number * pool_lines + place;
    LabeledLine line;
    std::exception_ptr failure;
    try {
      line = source_.get(order_ ? order_->at(line_number) : line_number);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure && !failure_) failure_ = failure;
    pool->lines[place] = std::move(line);
    if (++pool->finished == pool_lines) arrange(*pool, number);
    if (pool->finished == pool_lines || failure) changed_.notify_all();
  }
}

std::vector<LabeledLine> BatchLoader::next() {
  std::unique_lock lock(mutex_);
  const std::uint64_t number = pool_at(step_);
  const std::size_t batch = static_cast<std::size_t>(step_) % pool_batches_;
  changed_.wait(lock,
                [&] { return failure_ || (pools_.contains(number) && !pools_[number]->batches.empty()); });
  if (failure_) std::rethrow_exception(failure_);
  Pool& pool = *pools_[number];
  std::vector<LabeledLine> lines;
  for (const std::size_t i : pool.batches[batch]) lines.push_back(pool.lines[i]);
  ++step_;
  if (batch + 1 < pool_batches_) return lines;
  if (++pool.round < rounds_) {
    shuffle_batches(pool, number);
  } else {
    pools_.erase(number);
    changed_.notify_all();
  }
  return lines;
}

}  // namespace ocrbatch::recognizer
