#include "pipeline/stages/batch.h"

#include <algorithm>

namespace ocrbatch::pipeline {
namespace {

constexpr std::uint64_t kMaxPagesWaited = 64;

// Left-over lines are shared out among the cores in pieces not smaller than this: below it, what a call costs
// beside the lines themselves outweighs the core that it keeps busy.
constexpr std::size_t kSmallestShare = 4;

}  // namespace

std::size_t BatchLines::batch_size(int bucket) const {
  return static_cast<std::size_t>(std::max(1, recognizer_.batch_size(bucket)));
}

BatchPtr BatchLines::take(int bucket, Queue& queue, std::size_t count) {
  auto batch = std::make_shared<LineBatch>();
  batch->bucket = bucket;
  batch->lines.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    batch->lines.push_back(std::move(queue.front().line));
    queue.pop_front();
  }
  ++batches_out_;
  return batch;
}

std::vector<BatchPtr> BatchLines::add_page(const PagePtr& page) {
  std::vector<BatchPtr> ready;
  for (std::size_t i = 0; i < page->lines.size(); ++i) {
    const LineMessage& line = page->lines[i];
    if (!line.prepared.pixels.empty()) queues_[line.bucket].push_back({{page, i}, pages_arrived_});
  }
  ++pages_arrived_;
  take_full(ready);
  take_overdue(ready);
  take_for_idle_cores(ready);
  return ready;
}

std::vector<BatchPtr> BatchLines::batch_done() {
  --batches_out_;
  return feeder_changed();
}

std::vector<BatchPtr> BatchLines::feeder_changed() {
  std::vector<BatchPtr> ready;
  take_for_idle_cores(ready);
  return ready;
}

void BatchLines::take_full(std::vector<BatchPtr>& ready) {
  for (auto& [bucket, queue] : queues_)
    for (const std::size_t size = batch_size(bucket); queue.size() >= size;)
      ready.push_back(take(bucket, queue, size));
}

void BatchLines::take_overdue(std::vector<BatchPtr>& ready) {
  for (auto& [bucket, queue] : queues_)
    if (!queue.empty() && pages_arrived_ - queue.front().arrival > kMaxPagesWaited)
      ready.push_back(take(bucket, queue, queue.size()));
}

void BatchLines::take_for_idle_cores(std::vector<BatchPtr>& ready) {
  if (!feeder_idle_) return;
  const std::uint64_t on_their_way = pages_fed_ - pages_arrived_;
  while (on_their_way + batches_out_ < jobs_) {
    const auto longest = std::ranges::max_element(
        queues_, {}, [](const auto& bucket_and_queue) { return bucket_and_queue.second.size(); });
    if (longest == queues_.end() || longest->second.empty()) return;
    auto& [bucket, queue] = *longest;
    // Pieces that shrink with what is left, so that the cores end at about the same time.
    const std::size_t share = std::max((queue.size() + jobs_ - 1) / jobs_, kSmallestShare);
    ready.push_back(take(bucket, queue, std::min(share, queue.size())));
  }
}

}  // namespace ocrbatch::pipeline
