// Where a reading differs from the truth.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ocrbatch::recognizer {

// A stretch of both texts: the same in both, or one read as the other (either may be empty).
struct TextPart {
  std::string truth, read;
  bool same = true;
};

struct TextDifference {
  std::vector<TextPart> parts;   // in reading order; same and different ones take turns
  std::uint64_t errors = 0;      // edit distance, in code points
  std::uint64_t characters = 0;  // of the truth
};

// By one optimal alignment of the code points.
TextDifference difference(const std::string& truth_utf8, const std::string& read_utf8);

}  // namespace ocrbatch::recognizer
