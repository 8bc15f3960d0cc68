#include "recognizer/line_words.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <sstream>

namespace ocrbatch::recognizer {
namespace {

bool is_space(const Character& character) {
  const icu::UnicodeString text = icu::UnicodeString::fromUTF8(character.text);
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    if (u_isUWhiteSpace(text.char32At(i)) == 0) return false;
  return true;
}

double evidence_of(std::span<const Character> word_with_gaps) {
  float least = 1;
  for (const Character& character : word_with_gaps)
    least = std::min(least, character.confidence * character.agreement);
  return std::max(least, 0.0F);
}

}  // namespace

std::vector<ReadWord> split_words(std::span<const Character> characters) {
  std::vector<ReadWord> words;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= characters.size(); ++i) {
    if (i < characters.size() && !is_space(characters[i])) continue;
    if (i > start) {
      const std::size_t before = start > 0 ? start - 1 : 0, behind = std::min(i + 1, characters.size());
      words.push_back(
          {characters.subspan(start, i - start), evidence_of(characters.subspan(before, behind - before))});
    }
    start = i + 1;
  }
  return words;
}

std::vector<WordOutcome> word_outcomes(const Hypothesis& hypothesis, const std::string& truth_utf8) {
  std::vector<std::string> truth, read;
  std::istringstream stream(truth_utf8);
  for (std::string word; stream >> word;) truth.push_back(std::move(word));
  const auto words = split_words(hypothesis.characters);
  for (const ReadWord& word : words) {
    read.emplace_back();
    for (const Character& character : word.characters) read.back() += character.text;
  }
  const std::vector<bool> right = words_right(read, truth);
  std::vector<WordOutcome> outcomes;
  for (std::size_t i = 0; i < words.size(); ++i) outcomes.push_back({words[i].evidence, right[i]});
  return outcomes;
}

}  // namespace ocrbatch::recognizer
