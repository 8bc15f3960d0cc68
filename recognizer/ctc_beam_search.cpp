#include "recognizer/ctc_beam_search.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "kernels/class_rows_cpu.h"
#include "recognizer/alphabet.h"

namespace ocrbatch::recognizer {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();
constexpr int kRoot = 0;

// log(exp(a) + exp(b)).
float log_add(float a, float b) {
  if (a < b) std::swap(a, b);
  constexpr float kNegligible = 17;  // exp(-17) is below float's precision beside 1
  return b < a - kNegligible || b == kImpossible ? a : a + std::log1p(std::exp(b - a));
}

}  // namespace

void CtcBeamSearch::start() {
  nodes_.clear();
  nodes_.push_back({.text = scorer_.line_start()});
  beam_.assign(1, {kRoot, 0, kImpossible});
}

std::vector<int> CtcBeamSearch::best_labels(const float* log_probabilities, int frames, int classes) {
  return readings(log_probabilities, frames, classes).front().labels;
}

std::vector<BeamReading> CtcBeamSearch::readings(const float* log_probabilities, int frames, int classes) {
  const float skip_from = std::log(decoding_.skip_blank_from);
  start();
  for (int t = 0; t < frames; ++t) {
    const float* const row = log_probabilities + static_cast<std::ptrdiff_t>(t) * classes;
    if (row[Alphabet::kBlank] >= skip_from) {
      stay_blank(row[Alphabet::kBlank]);
      continue;
    }
    collect_labels(row, classes);
    keep_prefixes(row);
    extend_prefixes();
    select();
  }
  std::vector<BeamReading> found;
  for (const Entry& entry : beam_) {
    const float score = log_add(entry.in_blank, entry.in_label) +
                        scorer_.at_line_end(nodes_[static_cast<std::size_t>(entry.node)].text);
    // A network's bad numbers must not confuse the sort.
    found.push_back({labels_of(entry.node), std::isnan(score) ? kImpossible : score});
  }
  std::ranges::stable_sort(found, std::ranges::greater{}, &BeamReading::score);
  return found;
}

// All prefixes fare alike, so their order stays; and a label that comes next is no repeat of one before.
void CtcBeamSearch::stay_blank(float log_probability) {
  for (Entry& entry : beam_) {
    entry.in_blank = log_add(entry.in_blank, entry.in_label) + log_probability;
    entry.in_label = kImpossible;
  }
}

void CtcBeamSearch::collect_labels(const float* row, int classes) {
  likely_.resize(static_cast<std::size_t>(classes));
  const auto count = static_cast<std::size_t>(
      kernels::columns_above_cpu(row, classes, decoding_.min_label_log_probability, likely_.data()));
  labels_.clear();
  for (std::size_t i = 0; i < count; ++i)
    if (likely_[i] != Alphabet::kBlank) labels_.push_back({likely_[i], row[likely_[i]]});
  const auto most = static_cast<std::size_t>(decoding_.max_labels_per_frame);
  if (labels_.size() <= most) return;
  const auto likelier = [](const LabelAt& a, const LabelAt& b) {
    return a.log_probability != b.log_probability ? a.log_probability > b.log_probability : a.label < b.label;
  };
  std::nth_element(labels_.begin(), labels_.begin() + static_cast<std::ptrdiff_t>(most), labels_.end(),
                   likelier);
  labels_.resize(most);
  std::sort(labels_.begin(), labels_.end(),
            [](const LabelAt& a, const LabelAt& b) { return a.label < b.label; });
}

void CtcBeamSearch::keep_prefixes(const float* row) {
  candidates_.clear();
  for (const Entry& entry : beam_) {
    Node& node = nodes_[static_cast<std::size_t>(entry.node)];
    node.place = static_cast<int>(candidates_.size());
    const float blank = log_add(entry.in_blank, entry.in_label) + row[Alphabet::kBlank];
    const float repeat = entry.node == kRoot ? kImpossible : entry.in_label + row[node.label];
    candidates_.push_back({.score = log_add(blank, repeat) + node.text.score,
                           .order = node.place,
                           .entry = {entry.node, blank, repeat},
                           .text = node.text});
  }
  const auto [least, most] = std::ranges::minmax_element(candidates_, {}, &Candidate::score);
  floor_ = most->score - decoding_.beam_reach;
  if (static_cast<int>(beam_.size()) >= decoding_.beam_width) floor_ = std::max(floor_, least->score);
}

void CtcBeamSearch::extend_prefixes() {
  for (const Entry& entry : beam_) {
    const Node& node = nodes_[static_cast<std::size_t>(entry.node)];
    const float all_paths = log_add(entry.in_blank, entry.in_label);
    const float highest_text = scorer_.bound_of_next(node.text);
    for (const LabelAt& at : labels_) {
      // Without a blank between, the same label again would be one longer label.
      const float paths = (at.label == node.label ? entry.in_blank : all_paths) + at.log_probability;
      if (paths == kImpossible) continue;
      const int child = child_of(entry.node, at.label);
      const int place = child < 0 ? -1 : nodes_[static_cast<std::size_t>(child)].place;
      if (place >= 0) {
        Candidate& kept = candidates_[static_cast<std::size_t>(place)];
        kept.entry.in_label = log_add(kept.entry.in_label, paths);
        kept.score = log_add(kept.entry.in_blank, kept.entry.in_label) + kept.text.score;
      } else if (paths + highest_text >= floor_) {
        const ScoredText text =
            child < 0 ? scorer_.append(node.text, at.label) : nodes_[static_cast<std::size_t>(child)].text;
        candidates_.push_back({.score = paths + text.score,
                               .order = static_cast<int>(candidates_.size()),
                               .entry = {child, kImpossible, paths},
                               .parent = entry.node,
                               .label = at.label,
                               .text = text});
      }
    }
  }
}

void CtcBeamSearch::select() {
  for (const Entry& entry : beam_) nodes_[static_cast<std::size_t>(entry.node)].place = -1;
  const std::size_t kept = std::min(candidates_.size(), static_cast<std::size_t>(decoding_.beam_width));
  std::partial_sort(candidates_.begin(), candidates_.begin() + static_cast<std::ptrdiff_t>(kept),
                    candidates_.end(), [](const Candidate& a, const Candidate& b) {
                      return a.score != b.score ? a.score > b.score : a.order < b.order;
                    });
  beam_.clear();
  const float least = candidates_.front().score - decoding_.beam_reach;
  for (std::size_t i = 0; i < kept; ++i) {
    Candidate& candidate = candidates_[i];
    if (candidate.score < least) break;
    if (candidate.entry.node < 0)
      candidate.entry.node = add_node(candidate.parent, candidate.label, candidate.text);
    beam_.push_back(candidate.entry);
  }
}

int CtcBeamSearch::child_of(int node, int label) const {
  int child = nodes_[static_cast<std::size_t>(node)].first_child;
  while (child >= 0 && nodes_[static_cast<std::size_t>(child)].label != label)
    child = nodes_[static_cast<std::size_t>(child)].next_sibling;
  return child;
}

int CtcBeamSearch::add_node(int parent, int label, const ScoredText& text) {
  const int added = static_cast<int>(nodes_.size());
  Node& above = nodes_[static_cast<std::size_t>(parent)];
  const int sibling = above.first_child;
  above.first_child = added;
  nodes_.push_back({.parent = parent, .label = label, .next_sibling = sibling, .text = text});
  return added;
}

std::vector<int> CtcBeamSearch::labels_of(int node) const {
  std::vector<int> labels;
  for (; node != kRoot; node = nodes_[static_cast<std::size_t>(node)].parent)
    labels.push_back(nodes_[static_cast<std::size_t>(node)].label);
  std::reverse(labels.begin(), labels.end());
  return labels;
}

}  // namespace ocrbatch::recognizer
