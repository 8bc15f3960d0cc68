// A row that bends: in a photograph, on crumpled paper, in a book that does not lie flat.
#pragma once

#include <algorithm>

namespace ocrbatch::pipeline {

struct Row;

// How far a row's feet lie below its straight baseline: a polynomial in the place along the row.
struct RowCurve {
  static constexpr int kTerms = 5;

  float middle = 0, half = 1;  // of the letters that it goes through
  float terms[kTerms] = {};    // of powers of (x - middle) / half; all 0: straight

  bool is_straight() const {
    return std::all_of(terms, terms + kTerms, [](float term) { return term == 0; });
  }
  float at(float x) const {
    constexpr float kBeyond = 1.1F;  // a polynomial goes wild there
    const float t = std::clamp((x - middle) / half, -kBeyond, kBeyond);
    float value = 0;
    for (int i = kTerms - 1; i >= 0; --i) value = value * t + terms[i];
    return value;
  }
};

// Of a row with letters, a straight baseline and an x-height, roughly. Straight where the letters do not show
// more than chance would.
RowCurve curve_of(const Row& row);

}  // namespace ocrbatch::pipeline
