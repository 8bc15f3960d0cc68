// The texts that synthetic lines are drawn from.
#pragma once

#include <string>
#include <vector>

#include "recognizer/synth/random.h"
#include "recognizer/synth/synth_config.h"

namespace ocrbatch::recognizer {

// One language's material. All text is NFC with single spaces; paragraphs end with '\n'.
struct LanguageText {
  std::string language;
  std::string running;                      // UTF-8
  std::vector<std::u32string> words;        // from word lists, or the running text's own words
  std::vector<std::u32string> numbers;      // patterns, a space stands for a digit
  std::vector<std::u32string> punctuation;  // patterns, a space stands for a word

  // About `characters` characters of one paragraph, from the beginning of a word. May end within a word
  // (`cut` set).
  std::u32string running_text(std::size_t characters, Random& random, bool* cut = nullptr) const;
  std::u32string word(Random& random) const;
};

class Corpus {
 public:
  // Reads the files and folder trees. Throws std::runtime_error when a path is missing or there is no running
  // text.
  Corpus(const std::vector<std::filesystem::path>& paths, const TextStyle& style);

  // By the recipe's weights, or by `own` where it is not empty and names a language that is there.
  const LanguageText& pick_language(Random& random, const Weights& own = {}) const;
  const std::vector<LanguageText>& languages() const { return languages_; }

 private:
  std::vector<LanguageText> languages_;
  std::vector<double> weights_;
};

std::u32string to_utf32(const std::string& utf8);
std::string to_utf8(const std::u32string& text);
std::u32string to_nfc(const std::u32string& text);

}  // namespace ocrbatch::recognizer
