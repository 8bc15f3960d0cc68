#include "recognizer/synth/text_maker.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "recognizer/synth/text_kinds.h"
#include "recognizer/synth/text_pieces.h"

namespace ocrbatch::recognizer {
namespace {

constexpr std::size_t kMaxCharacters = 160;

// What stands for a character in print. Used only for characters outside the alphabet.
const std::unordered_map<char32_t, std::u32string>& substitutes() {
  static const std::unordered_map<char32_t, std::u32string> kTable = {
      {U'\u2010', U"-"},   {U'\u2011', U"-"},  {U'\u2012', U"–"},  {U'\u2013', U"-"},   {U'\u2014', U"–"},
      {U'\u2015', U"—"},   {U'\u2212', U"-"},  {U'\u00AD', U""},   {U'\u200B', U""},    {U'\uFEFF', U""},
      {U'\u2026', U"..."}, {U'\u02BC', U"’"},  {U'\u2019', U"'"},  {U'\u2018', U"'"},   {U'\u201B', U"‘"},
      {U'\u201C', U"\""},  {U'\u201D', U"\""}, {U'\u201F', U"“"},  {U'\u2032', U"'"},   {U'\u2033', U"\""},
      {U'\uFB00', U"ff"},  {U'\uFB01', U"fi"}, {U'\uFB02', U"fl"}, {U'\uFB03', U"ffi"}, {U'\uFB04', U"ffl"},
      {U'\uFB05', U"ſt"},  {U'\uFB06', U"st"}, {U'\u0132', U"IJ"}, {U'\u0133', U"ij"},  {U'\u017F', U"s"},
      {U'\u2022', U"·"},   {U'\u25CF', U"•"},  {U'\u00B4', U"'"},  {U'`', U"'"},        {U'\u2044', U"/"},
  };
  return kTable;
}

bool is_space(char32_t c) {
  return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}

}  // namespace

LabelSet::LabelSet(const std::vector<std::string>& labels) {
  for (const std::string& label : labels) {
    const std::u32string text = to_nfc(to_utf32(label));
    if (text.empty()) throw std::runtime_error("the alphabet holds an empty label");
    const int index = static_cast<int>(labels_.size());
    labels_.push_back(text);
    if (text.size() == 1) {
      single_.emplace(text[0], index);
    } else {
      multiple_.emplace(text, index);
      longest_ = std::max(longest_, text.size());
    }
  }
}

bool LabelSet::split(const std::u32string& text, std::vector<int>& labels) const {
  labels.clear();
  for (std::size_t i = 0; i < text.size();) {
    std::size_t taken = 0;
    for (std::size_t length = std::min(longest_, text.size() - i); length > 1 && taken == 0; --length) {
      const auto found = multiple_.find(text.substr(i, length));
      if (found == multiple_.end()) continue;
      labels.push_back(found->second);
      taken = length;
    }
    if (taken == 0) {
      const auto found = single_.find(text[i]);
      if (found == single_.end()) return false;
      labels.push_back(found->second);
      taken = 1;
    }
    i += taken;
  }
  return true;
}

std::u32string LabelSet::join(const std::vector<int>& labels) const {
  std::u32string text;
  for (const int label : labels) text += labels_[static_cast<std::size_t>(label)];
  return text;
}

std::u32string LabelSet::tidy(const std::u32string& text) const {
  std::u32string out;
  bool gap = false;
  const auto append = [&](char32_t c) {
    if (is_space(c)) {
      gap = true;
      return;
    }
    if (gap && !out.empty()) out += U' ';
    gap = false;
    out += c;
  };
  for (const char32_t c : text) {
    const auto substitute = substitutes().find(c);
    if (contains(c) || substitute == substitutes().end()) {
      append(c);
      continue;
    }
    for (const char32_t s : substitute->second) {
      // A substitute may itself have one: an em dash becomes an en dash, or else a hyphen.
      const auto second = substitutes().find(s);
      if (contains(s) || second == substitutes().end()) {
        append(s);
      } else {
        for (const char32_t t : second->second) append(t);
      }
    }
  }
  return to_nfc(out);
}

TextMaker::TextMaker(const Corpus& corpus, const LabelSet& labels, const TextStyle& style)
    : corpus_(corpus), labels_(labels), style_(style) {
  const std::vector<std::string> known = kinds();
  for (const auto& [name, weight] : style.kinds)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw std::runtime_error("recipe.text.kinds." + name + ": no such kind of text");

  std::unordered_map<char32_t, std::size_t> seen;
  std::size_t total = 0;
  for (const LanguageText& language : corpus.languages()) {
    for (const char32_t c : to_utf32(language.running)) ++seen[c];
    total += language.running.size();
  }
  // Below one in 2,000 characters a model sees a label too seldom to learn it in some 100,000 lines. Those
  // that do occur in the languages at hand, and ASCII, deserve more than those that belong to others.
  for (const std::u32string& label : labels.labels()) {
    if (label == U" ") continue;
    const auto found = seen.find(label[0]);
    const std::size_t count = label.size() > 1 || found == seen.end() ? 0 : found->second;
    if (count * 2000 >= total) continue;
    const int ascii = label[0] < 0x80 ? 4 : 0;
    const int copies = std::clamp(static_cast<int>(std::pow(static_cast<double>(count), 0.3)) + ascii, 2, 10);
    rare_.insert(rare_.end(), static_cast<std::size_t>(copies), label);
  }
}

std::vector<std::string> TextMaker::kinds() {
  std::vector<std::string> names;
  for (const TextKind& kind : text_kinds()) names.emplace_back(kind.name);
  return names;
}

bool TextMaker::acceptable(const std::u32string& text) const {
  std::vector<int> labels;
  return !text.empty() && text.size() <= kMaxCharacters && labels_.split(text, labels);
}

LineText TextMaker::make(Random& random, const DocumentStyle& document) const {
  const LanguageText& language = corpus_.pick_language(random, document.languages);
  std::vector<double> weights;
  std::vector<MakeText> makers;
  for (const auto& [name, base] : style_.kinds) {
    double weight = base;
    for (const auto& [other, factor] : document.text_kinds)
      if (other == name) weight *= factor;
    weights.push_back(weight);
    for (const TextKind& kind : text_kinds())
      if (name == kind.name) makers.push_back(kind.make);
  }
  TextContext context{language, style_, rare_, random};
  LineText line;
  for (int attempt = 0; attempt < 24 && !acceptable(line.text); ++attempt)
    line.text = labels_.tidy(makers[random.pick_weighted(weights)](context));
  if (!acceptable(line.text)) {
    // A small alphabet refuses almost every text: keep what it knows of one, else its own labels at random.
    std::u32string kept;
    for (const char32_t c : line.text.substr(0, kMaxCharacters))
      if (labels_.contains(c)) kept += c;
    line.text = labels_.tidy(kept);
    for (int i = 0; i < 12 && !acceptable(line.text); ++i) {
      const std::u32string& label = random.pick(labels_.labels());
      line.text = label == U" " ? std::u32string() : label;
    }
  }
  const std::size_t length = std::max<std::size_t>(20, line.text.size());
  line.above = language.running_text(length, random);
  line.below = language.running_text(length, random);
  if (random.chance(document.typographic_marks)) {
    line.text = labels_.tidy(with_typographic_marks(line.text));
    line.above = with_typographic_marks(line.above);
    line.below = with_typographic_marks(line.below);
  }
  return line;
}

}  // namespace ocrbatch::recognizer
