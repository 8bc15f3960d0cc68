#include "recognizer/language/text_symbols.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <limits>
#include <map>
#include <stdexcept>
#include <string>

namespace ocrbatch::recognizer {
namespace {

// Of a label's first code point; combining marks may follow it.
UChar32 first_code_point(const std::string& label) {
  const auto length = static_cast<std::int32_t>(label.size());
  std::int32_t i = 0;
  UChar32 c = 0;
  U8_NEXT(label.data(), i, length, c);
  return c;
}

// What stands for the label among those that share a symbol with it.
std::string shared_form(const std::string& label, UChar32 first) {
  if (u_isdigit(first)) return "0";
  if (label == "\u017F") return "s";
  switch (first) {
    case u'\'':
    case u'`':
    case u'\u00B4':
    case u'\u2018':
    case u'\u2019':
    case u'\u201B':
    case u'\u2032':
      return "'";
    default:
      break;
  }
  if (u_charType(first) == U_DASH_PUNCTUATION) return "-";
  if (first == u'"' || u_hasBinaryProperty(first, UCHAR_QUOTATION_MARK)) return "\"";
  return label;
}

// FNV-1a, with each label's end.
std::uint64_t fingerprint_of(const std::vector<std::string>& labels) {
  std::uint64_t hash = 14695981039346656037U;
  for (const std::string& label : labels) {
    for (std::size_t i = 0; i <= label.size(); ++i) {
      hash ^= i < label.size() ? static_cast<unsigned char>(label[i]) : 0U;
      hash *= 1099511628211U;
    }
  }
  return hash;
}

}  // namespace

TextSymbols::TextSymbols(const Alphabet& alphabet)
    : different_(1), fingerprint_(fingerprint_of(alphabet.labels())) {
  if (alphabet.classes() > std::numeric_limits<std::uint16_t>::max())
    throw std::invalid_argument("a language model's alphabet has at most 65534 labels");
  symbol_of_.push_back(kLineBoundary);
  letter_.push_back(false);
  digit_.push_back(false);
  std::map<std::string, std::uint16_t> symbol_of_form;
  for (int label = 1; label < alphabet.classes(); ++label) {
    const std::string& text = alphabet.text(label);
    const UChar32 first = first_code_point(text);
    const auto [shared, is_first] =
        symbol_of_form.emplace(shared_form(text, first), static_cast<std::uint16_t>(label));
    symbol_of_.push_back(shared->second);
    letter_.push_back(u_isalpha(first));
    digit_.push_back(u_isdigit(first));
    if (is_first) ++different_;
    if (text == " ") space_ = label;
  }
}

}  // namespace ocrbatch::recognizer
