// What a model reads in labelled lines, one by one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recognizer/recognizer.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::cli {

struct LabelledReading {
  std::string truth, read;
};

// Of the first `count` lines, in their order; none where a line cannot be read, which is logged.
std::vector<std::optional<LabelledReading>> read_labelled_lines(const recognizer::Recognizer& reader,
                                                                const recognizer::LineSource& lines,
                                                                std::uint64_t count);

}  // namespace ocrbatch::cli
