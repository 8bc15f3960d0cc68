// How labels are found in what a network computes.
#pragma once

namespace ocrbatch::recognizer {

struct Decoding {
  int beam_width = 1;  // hypotheses kept at each step; 1: greedy
};

}  // namespace ocrbatch::recognizer
