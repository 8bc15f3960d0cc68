// An alphabet as a language model sees it: a symbol a label, one for all ten digits, and one for where a line
// begins and ends.
#pragma once

#include <cstdint>
#include <vector>

#include "recognizer/alphabet.h"

namespace ocrbatch::recognizer {

class TextSymbols {
 public:
  static constexpr std::uint16_t kLineBoundary = 0;

  explicit TextSymbols(const Alphabet& alphabet);

  // Symbols are below this number; those of digits but the first stand for nothing.
  int count() const { return static_cast<int>(symbol_of_.size()); }
  // How many different ones there are.
  int different() const { return different_; }

  std::uint16_t of(int label) const { return symbol_of_[static_cast<std::size_t>(label)]; }
  bool is_digit(int label) const { return digit_ != kLineBoundary && of(label) == digit_; }
  bool is_letter(int label) const { return letter_[static_cast<std::size_t>(label)]; }
  bool is_space(int label) const { return label == space_; }

  // A model belongs to one alphabet; this tells alphabets apart.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::vector<std::uint16_t> symbol_of_;
  std::vector<bool> letter_;
  std::uint16_t digit_ = kLineBoundary;
  int space_ = -1, different_ = 0;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace ocrbatch::recognizer
