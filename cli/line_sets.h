// Several --train, --val or --data as one source of lines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/line_data.h"

namespace ocrbatch::cli {

// Opens what the options name, in their order. The first synthetic source has the given seed, each further
// one a seed of its own. Throws as open_line_data does, and UsageError for a weight where there `may_weigh`
// none.
std::vector<LineData> open_line_sets(const std::string& option, const std::vector<std::string>& specs,
                                     bool may_weigh, const SynthChoices& synth,
                                     const recognizer::Alphabet& alphabet,
                                     const kernels::LinePreparation& preparation);

// Appends the sources to `sets`, as lines of what the base model can read.
void add_base_sets(std::vector<LineData>& sets, std::vector<LineData> base_sets);
// Takes these out of `sets` again.
std::vector<LineData> take_base_sets(std::vector<LineData>& sets);

// One source is taken as it is. Several finite ones without a weight are put together: each line comes once
// an epoch. Else they are mixed by their weights, 1 where none is written. Sets of the base model are mixed
// in the same way for themselves, and strewn among the others as the share `rehearsal` of all lines.
std::unique_ptr<recognizer::LineSource> mix_training_lines(std::vector<LineData> sets, std::uint64_t seed,
                                                           double rehearsal = 0);

// One source as it is, and several one behind the other. Where these have more than `most` lines, as many are
// taken evenly from all of them; an endless one stands for its share of `most`.
std::unique_ptr<recognizer::LineSource> join_validation_lines(std::vector<LineData> sets, std::uint64_t most);

}  // namespace ocrbatch::cli
