#include "recognizer/train/epoch_order.h"

#include <numeric>

#include "recognizer/train/shuffle.h"

namespace ocrbatch::recognizer {

std::uint64_t EpochOrder::at(std::uint64_t n) const {
  const std::uint64_t pass = n / size_;
  const std::lock_guard lock(mutex_);
  auto& order = orders_[pass];
  if (order.empty()) {
    order.resize(size_);
    std::iota(order.begin(), order.end(), 0U);
    shuffle(order, seed_ * 1000003 + pass);
    // Workers are a pass apart at most; what is asked for again later is made again.
    while (orders_.begin()->first + 2 < pass) orders_.erase(orders_.begin());
  }
  return order[n % size_];
}

}  // namespace ocrbatch::recognizer
