// Several line sources as one.
#pragma once

#include <memory>
#include <vector>

#include "recognizer/train/line_source.h"

namespace ocrbatch::recognizer {

using LineSources = std::vector<std::unique_ptr<LineSource>>;

// One source behind the other. All of them are finite.
std::unique_ptr<LineSource> concatenate(LineSources sources);

// The lines of `source` that `indices` name, in that order.
std::unique_ptr<LineSource> select(std::unique_ptr<LineSource> source, std::vector<std::uint64_t> indices);

// The first `count` lines of a source, as a finite one.
std::unique_ptr<LineSource> take(std::unique_ptr<LineSource> source, std::uint64_t count);

// An endless source that draws from each of `sources` in the proportion of its weight (> 0), exactly so
// within each block of at most 1,024 lines; every source gets a line a block at least. Finite sources are
// gone through pass by pass, shuffled anew each time, endless ones line by line. lines_per_pass() is the sum
// of the sources' sizes, or 0 where one is endless.
std::unique_ptr<LineSource> mix(LineSources sources, const std::vector<double>& weights, std::uint64_t seed);

// `lines`, with lines of `rehearsal` strewn among them until these are that share (0 to 1) of all. A pass is
// over when the lines of `lines` have come once.
std::unique_ptr<LineSource> rehearse(std::unique_ptr<LineSource> lines, std::unique_ptr<LineSource> rehearsal,
                                     double share, std::uint64_t seed);

}  // namespace ocrbatch::recognizer
