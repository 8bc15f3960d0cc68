#include "recognizer/train/source_mix.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "recognizer/train/epoch_order.h"

namespace ocrbatch::recognizer {
namespace {

class Concatenation : public LineSource {
 public:
  explicit Concatenation(LineSources sources) : sources_(std::move(sources)) {
    for (const auto& source : sources_) {
      if (!source->size()) throw std::invalid_argument("an endless source has no end to append to");
      ends_.push_back((ends_.empty() ? 0 : ends_.back()) + *source->size());
    }
  }

  std::optional<std::uint64_t> size() const override { return ends_.empty() ? 0 : ends_.back(); }

  LabeledLine get(std::uint64_t index) const override {
    const auto [source, line] = find(index);
    return source->get(line);
  }
  std::string text(std::uint64_t index) const override {
    const auto [source, line] = find(index);
    return source->text(line);
  }

 private:
  std::pair<const LineSource*, std::uint64_t> find(std::uint64_t index) const {
    const auto end = std::upper_bound(ends_.begin(), ends_.end(), index);
    if (end == ends_.end()) throw std::out_of_range("line " + std::to_string(index) + " of too few");
    const std::uint64_t begin = end == ends_.begin() ? 0 : *(end - 1);
    return {sources_[static_cast<std::size_t>(end - ends_.begin())].get(), index - begin};
  }

  LineSources sources_;
  std::vector<std::uint64_t> ends_;
};

class Selection : public LineSource {
 public:
  Selection(std::unique_ptr<LineSource> source, std::vector<std::uint64_t> indices)
      : source_(std::move(source)), indices_(std::move(indices)) {}
  std::optional<std::uint64_t> size() const override { return indices_.size(); }
  LabeledLine get(std::uint64_t index) const override { return source_->get(indices_.at(index)); }
  std::string text(std::uint64_t index) const override { return source_->text(indices_.at(index)); }

 private:
  std::unique_ptr<LineSource> source_;
  std::vector<std::uint64_t> indices_;
};

class Beginning : public LineSource {
 public:
  Beginning(std::unique_ptr<LineSource> source, std::uint64_t count)
      : source_(std::move(source)), count_(std::min(count, source_->size().value_or(count))) {}
  std::optional<std::uint64_t> size() const override { return count_; }
  LabeledLine get(std::uint64_t index) const override { return source_->get(index); }
  std::string text(std::uint64_t index) const override { return source_->text(index); }

 private:
  std::unique_ptr<LineSource> source_;
  std::uint64_t count_;
};

// Whole lines a block for each weight, at least one: of the block lengths there may be, the one that comes
// closest to the proportion.
std::vector<std::uint64_t> lines_per_block(const std::vector<double>& weights) {
  constexpr std::uint64_t kLongest = 1024;
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::uint64_t> best;
  double least = INFINITY;
  for (std::uint64_t length = kLongest; length >= kLongest / 2; --length) {
    std::vector<std::uint64_t> lines;
    double off = 0;
    for (const double weight : weights) {
      const double wanted = weight / total * static_cast<double>(length);
      lines.push_back(static_cast<std::uint64_t>(std::max(1.0, std::round(wanted))));
      off = std::max(off, std::abs(static_cast<double>(lines.back()) - wanted) / static_cast<double>(length));
    }
    if (off < least - 1e-12) {
      least = off;
      best = lines;
    }
  }
  return best;
}

class Mixture : public LineSource {
 public:
  Mixture(LineSources sources, const std::vector<double>& weights, std::uint64_t seed)
      : in_block_(lines_per_block(weights)),
        block_(std::accumulate(in_block_.begin(), in_block_.end(), std::uint64_t{0})),
        slots_(block_, seed) {
    for (std::size_t i = 0; i < sources.size(); ++i) {
      Part& part = parts_.emplace_back();
      part.source = std::move(sources[i]);
      const auto size = part.source->size();
      if (size == std::uint64_t{0}) throw std::invalid_argument("a source of the mixture has no lines");
      if (size) part.order = std::make_unique<EpochOrder>(*size, seed + 1 + i);
    }
  }

  std::optional<std::uint64_t> size() const override { return std::nullopt; }

  std::uint64_t lines_per_pass() const override {
    std::uint64_t sum = 0;
    for (const Part& part : parts_) {
      if (!part.source->size()) return 0;
      sum += *part.source->size();
    }
    return sum;
  }

  LabeledLine get(std::uint64_t index) const override {
    // A block's lines are dealt like a shuffled pack of cards: the first in_block_[0] cards are the first
    // source's, and a card's place among them says which of its lines it is.
    std::uint64_t card = slots_.at(index);
    std::size_t i = 0;
    for (; card >= in_block_[i]; ++i) card -= in_block_[i];
    const std::uint64_t n = index / block_ * in_block_[i] + card;
    const Part& part = parts_[i];
    return part.source->get(part.order ? part.order->at(n) : n);
  }

  // Indices after which the lines of the first source have come once; 0 where it has no passes.
  std::uint64_t first_pass() const {
    const std::uint64_t lines = parts_.front().source->lines_per_pass();
    return (lines * block_ + in_block_.front() - 1) / in_block_.front();
  }

 private:
  struct Part {
    std::unique_ptr<LineSource> source;
    std::unique_ptr<EpochOrder> order;  // of a finite source
  };
  std::vector<Part> parts_;
  std::vector<std::uint64_t> in_block_;  // lines of each source in a block
  std::uint64_t block_;
  EpochOrder slots_;
};

class Rehearsal : public Mixture {
 public:
  using Mixture::Mixture;
  std::uint64_t lines_per_pass() const override { return first_pass(); }
};

}  // namespace

std::unique_ptr<LineSource> concatenate(LineSources sources) {
  if (sources.size() == 1) return std::move(sources.front());
  return std::make_unique<Concatenation>(std::move(sources));
}

std::unique_ptr<LineSource> select(std::unique_ptr<LineSource> source, std::vector<std::uint64_t> indices) {
  return std::make_unique<Selection>(std::move(source), std::move(indices));
}

std::unique_ptr<LineSource> take(std::unique_ptr<LineSource> source, std::uint64_t count) {
  return std::make_unique<Beginning>(std::move(source), count);
}

std::unique_ptr<LineSource> mix(LineSources sources, const std::vector<double>& weights, std::uint64_t seed) {
  if (sources.empty() || sources.size() != weights.size() ||
      std::any_of(weights.begin(), weights.end(), [](double w) { return !(w > 0 && std::isfinite(w)); })) {
    throw std::invalid_argument("each source of a mixture needs a positive weight");
  }
  return std::make_unique<Mixture>(std::move(sources), weights, seed);
}

std::unique_ptr<LineSource> rehearse(std::unique_ptr<LineSource> lines, std::unique_ptr<LineSource> rehearsal,
                                     double share, std::uint64_t seed) {
  if (!(share > 0 && share < 1)) throw std::invalid_argument("a share of the lines lies between 0 and 1");
  LineSources sources;
  sources.push_back(std::move(lines));
  sources.push_back(std::move(rehearsal));
  return std::make_unique<Rehearsal>(std::move(sources), std::vector{1 - share, share}, seed);
}

}  // namespace ocrbatch::recognizer
