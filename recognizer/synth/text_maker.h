// Decides what a synthetic line says.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "recognizer/synth/corpus.h"

namespace ocrbatch::recognizer {

// The labels that may appear, for checking and for completing texts.
class LabelSet {
 public:
  explicit LabelSet(const std::vector<std::string>& labels);

  // Splits `text` into labels (the longest first). False when a character belongs to none.
  bool split(const std::u32string& text, std::vector<int>& labels) const;
  std::u32string join(const std::vector<int>& labels) const;
  // Replaces what is outside the alphabet by what stands for it in print (a non-breaking hyphen by "-", a
  // ligature by its letters), folds white space, and normalizes. What is left outside the alphabet stays.
  std::u32string tidy(const std::u32string& text) const;

  bool contains(char32_t c) const { return single_.contains(c); }
  std::size_t size() const { return labels_.size(); }
  const std::vector<std::u32string>& labels() const { return labels_; }

 private:
  std::vector<std::u32string> labels_;
  std::unordered_map<char32_t, int> single_;
  std::unordered_map<std::u32string, int> multiple_;  // labels of several characters
  std::size_t longest_ = 1;
};

struct LineText {
  std::u32string text;
  std::u32string above, below;  // what the neighbouring lines say; may hold characters outside the alphabet
};

class TextMaker {
 public:
  // Throws std::runtime_error when the recipe weighs a kind that does not exist.
  TextMaker(const Corpus& corpus, const LabelSet& labels, const TextStyle& style);

  // A text of the kinds and languages of `document`: tidy, not empty, and made of labels.
  LineText make(Random& random, const DocumentStyle& document) const;

  static std::vector<std::string> kinds();

 private:
  bool acceptable(const std::u32string& text) const;
  const Corpus& corpus_;
  const LabelSet& labels_;
  TextStyle style_;
  std::vector<std::u32string>
      rare_;  // labels that the corpus seldom or never has, the likelier ones repeated
};

}  // namespace ocrbatch::recognizer
