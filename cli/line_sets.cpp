#include "cli/line_sets.h"

#include <algorithm>

#include "cli/errors.h"
#include "recognizer/train/source_mix.h"

namespace ocrbatch::cli {

std::vector<LineData> open_line_sets(const std::string& option, const std::vector<std::string>& specs,
                                     bool may_weigh, const SynthChoices& synth,
                                     const recognizer::Alphabet& alphabet,
                                     const kernels::LinePreparation& preparation) {
  constexpr std::uint64_t kSeedStep = 0x9E3779B97F4A7C15;  // far from one another
  std::vector<LineData> sets;
  SynthChoices choices = synth;
  for (const std::string& text : specs) {
    const DataSpec spec = parse_data_spec(text);
    if (spec.weight && !may_weigh)
      throw UsageError(option + " " + text + ": only --train takes weights; write " + spec.data);
    sets.push_back(open_line_data(spec.data, choices, alphabet, preparation));
    sets.back().weight = spec.weight;
    if (is_synthetic(spec.data)) choices.seed += kSeedStep;
  }
  return sets;
}

void add_base_sets(std::vector<LineData>& sets, std::vector<LineData> base_sets) {
  for (LineData& set : base_sets) {
    set.of_base = true;
    sets.push_back(std::move(set));
  }
}

std::vector<LineData> take_base_sets(std::vector<LineData>& sets) {
  const auto own =
      std::stable_partition(sets.begin(), sets.end(), [](const LineData& s) { return !s.of_base; });
  std::vector<LineData> taken(std::make_move_iterator(own), std::make_move_iterator(sets.end()));
  sets.erase(own, sets.end());
  return taken;
}

std::unique_ptr<recognizer::LineSource> mix_training_lines(std::vector<LineData> sets, std::uint64_t seed,
                                                           double rehearsal) {
  if (auto base_sets = take_base_sets(sets); !base_sets.empty()) {
    for (LineData& set : base_sets) set.of_base = false;
    // Seeds of their own, so that the three orders have nothing to do with one another.
    return recognizer::rehearse(mix_training_lines(std::move(sets), seed + 0x1000),
                                mix_training_lines(std::move(base_sets), seed + 0x2000), rehearsal, seed);
  }
  const bool alone = sets.size() == 1;
  const bool plain = std::ranges::all_of(
      sets, [](const LineData& set) { return set.lines->size().has_value() && !set.weight; });
  recognizer::LineSources sources;
  std::vector<double> weights;
  for (LineData& set : sets) {
    sources.push_back(std::move(set.lines));
    weights.push_back(set.weight.value_or(1));
  }
  return alone || plain ? recognizer::concatenate(std::move(sources))
                        : recognizer::mix(std::move(sources), weights, seed);
}

std::unique_ptr<recognizer::LineSource> join_validation_lines(std::vector<LineData> sets,
                                                              std::uint64_t most) {
  if (sets.size() == 1) return std::move(sets.front().lines);
  const std::uint64_t share = (most + sets.size() - 1) / sets.size();
  recognizer::LineSources sources;
  for (LineData& set : sets) {
    sources.push_back(set.lines->size() ? std::move(set.lines)
                                        : recognizer::take(std::move(set.lines), share));
  }
  auto all = recognizer::concatenate(std::move(sources));
  const std::uint64_t size = *all->size();
  if (size <= most) return all;
  std::vector<std::uint64_t> spread(most);
  for (std::uint64_t i = 0; i < most; ++i) spread[i] = i * size / most;
  return recognizer::select(std::move(all), std::move(spread));
}

}  // namespace ocrbatch::cli
