// An alphabet as a language model sees it: a symbol a label, and one for where a line begins and ends. What
// texts write by their habits and paper by its own shares a symbol, so that the model has no say in it: all
// ten digits, s and the long s, the forms of apostrophes and quotation marks, the dashes.
#pragma once

#include <cstdint>
#include <vector>

#include "recognizer/alphabet.h"

namespace ocrbatch::recognizer {

class TextSymbols {
 public:
  static constexpr std::uint16_t kLineBoundary = 0;

  explicit TextSymbols(const Alphabet& alphabet);

  // Symbols are below this number; labels that share one have the first one's.
  int count() const { return static_cast<int>(symbol_of_.size()); }
  // How many different ones there are.
  int different() const { return different_; }

  std::uint16_t of(int label) const { return symbol_of_[static_cast<std::size_t>(label)]; }
  bool is_digit(int label) const { return digit_[static_cast<std::size_t>(label)]; }
  bool is_letter(int label) const { return letter_[static_cast<std::size_t>(label)]; }
  bool is_space(int label) const { return label == space_; }
  // The label of a gap between words; -1 where the alphabet has none.
  int space() const { return space_; }

  // A model belongs to one alphabet; this tells alphabets apart.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::vector<std::uint16_t> symbol_of_;
  std::vector<bool> letter_, digit_;
  int space_ = -1, different_ = 0;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace ocrbatch::recognizer
