// A language model's steps, of which the last ones are remembered: a beam asks for the same continuation
// frame after frame, as long as it does not win a place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "recognizer/language/ngram_model.h"

namespace ocrbatch::recognizer {

class NgramSteps {
 public:
  explicit NgramSteps(const NgramModel& model) : model_(&model), remembered_(kPlaces) {}

  const NgramModel& model() const { return *model_; }

  // As NgramModel::step.
  NgramModel::Step step(NgramModel::State state, int label) {
    const std::uint64_t key = (std::uint64_t{state} << 32 | static_cast<std::uint32_t>(label)) + 1;
    // Fibonacci hashing (Knuth, volume 3, section 6.4).
    Remembered& place = remembered_[key * 0x9E3779B97F4A7C15U >> (64 - kPlacesLog2)];
    if (place.key != key) place = {key, model_->step(state, label)};
    return place.step;
  }

 private:
  static constexpr int kPlacesLog2 = 10;
  static constexpr std::size_t kPlaces = std::size_t{1}
                                         << kPlacesLog2;  // 16 KiB: half of a first-level cache

  struct Remembered {
    std::uint64_t key = 0;  // of no step
    NgramModel::Step step;
  };

  const NgramModel* model_;
  std::vector<Remembered> remembered_;
};

}  // namespace ocrbatch::recognizer
