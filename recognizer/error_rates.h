// Character and word error rates, and what was confused with what.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ocrbatch::recognizer {

// Adds up over lines; rates are micro averages (edit distance over reference length), as in shared practice.
// Usage: ErrorRates rates; rates.add(truth, read); rates.cer();
class ErrorRates {
 public:
  void add(const std::string& truth_utf8, const std::string& read_utf8);
  double cer() const { return share(character_errors_, characters_); }
  double wer() const { return share(word_errors_, words_); }
  // Over the truth's words that have a digit: numbers, dates, codes. What was inserted beside such a
  // character is among its errors.
  double code_cer() const { return share(code_errors_, code_characters_); }
  std::uint64_t code_characters() const { return code_characters_; }
  double lines_right() const { return share(lines_right_, lines_); }
  std::uint64_t lines() const { return lines_; }
  std::uint64_t characters() const { return characters_; }

  struct Confusion {
    std::string truth, read;  // empty: an insertion, or a deletion
    std::uint64_t count = 0;
  };
  // The most frequent character confusions of one optimal alignment a line, most frequent first.
  std::vector<Confusion> worst_confusions(std::size_t count) const;

 private:
  static double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? (part == 0 ? 0.0 : 1.0) : static_cast<double>(part) / static_cast<double>(whole);
  }
  std::uint64_t characters_ = 0, character_errors_ = 0, words_ = 0, word_errors_ = 0, lines_ = 0,
                lines_right_ = 0, code_characters_ = 0, code_errors_ = 0;
  std::map<std::pair<std::string, std::string>, std::uint64_t> confusions_;
};

}  // namespace ocrbatch::recognizer
