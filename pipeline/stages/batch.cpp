#include "pipeline/stages/batch.h"

#include <algorithm>

namespace ocrbatch::pipeline {
namespace {

// A call on a device costs more beside its lines, and a device sees more pages in the same time.
constexpr std::uint64_t kMaxPagesWaited = 16, kMaxPagesWaitedForADevice = 64;

// Left-over lines are shared out among the cores in pieces not smaller than this: below it, what a call costs
// beside the lines themselves outweighs the core that it keeps busy.
constexpr std::size_t kSmallestShare = 4;

}  // namespace

BatchLines::BatchLines(const ModelSet& models, int jobs)
    : models_(models),
      jobs_(jobs),
      batches_on_devices_(models.first().devices().size() * recognizer::kBatchesADevice) {}

std::size_t BatchLines::batch_size(Kind kind) const {
  const auto [model, bucket] = kind;
  return static_cast<std::size_t>(std::max(1, models_[model].batch_size(bucket)));
}

BatchPtr BatchLines::take(Kind kind, Queue& queue, std::size_t count) {
  auto batch = std::make_shared<LineBatch>();
  batch->model = kind.first;
  batch->bucket = kind.second;
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
    if (is_to_be_recognized(line))
      queues_[{page->view.model, line.bucket}].push_back({{page, i}, pages_arrived_});
  }
  ++pages_arrived_;
  take_full(ready);
  take_overdue(ready);
  take_left_overs(ready);
  return ready;
}

std::vector<BatchPtr> BatchLines::batch_done() {
  --batches_out_;
  return feeder_changed();
}

std::vector<BatchPtr> BatchLines::feeder_changed() {
  std::vector<BatchPtr> ready;
  take_left_overs(ready);
  return ready;
}

void BatchLines::take_full(std::vector<BatchPtr>& ready) {
  for (auto& [kind, queue] : queues_)
    for (const std::size_t size = batch_size(kind); queue.size() >= size;)
      ready.push_back(take(kind, queue, size));
}

void BatchLines::take_overdue(std::vector<BatchPtr>& ready) {
  const std::uint64_t longest = batches_on_devices_ > 0 ? kMaxPagesWaitedForADevice : kMaxPagesWaited;
  for (auto& [kind, queue] : queues_)
    if (!queue.empty() && pages_arrived_ - queue.front().arrival > longest)
      ready.push_back(take(kind, queue, queue.size()));
}

bool BatchLines::something_would_idle() const {
  if (!feeder_idle_) return false;
  const std::uint64_t on_their_way = pages_fed_ - pages_arrived_;
  if (batches_on_devices_ == 0) return on_their_way + batches_out_ < jobs_;
  return on_their_way < jobs_ && batches_out_ < batches_on_devices_;
}

// On cores, pieces that shrink with what is left, so that the cores end at about the same time. A device does
// what there is at once.
std::size_t BatchLines::share_of(std::size_t waiting, std::size_t full) const {
  if (batches_on_devices_ > 0) return std::min(waiting, full);
  return std::min(std::max((waiting + jobs_ - 1) / jobs_, kSmallestShare), waiting);
}

void BatchLines::take_left_overs(std::vector<BatchPtr>& ready) {
  while (something_would_idle()) {
    const auto longest = std::ranges::max_element(
        queues_, {}, [](const auto& kind_and_queue) { return kind_and_queue.second.size(); });
    if (longest == queues_.end() || longest->second.empty()) return;
    auto& [kind, queue] = *longest;
    ready.push_back(take(kind, queue, share_of(queue.size(), batch_size(kind))));
  }
}

}  // namespace ocrbatch::pipeline
