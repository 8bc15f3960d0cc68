#include "recognizer/language/text_symbols.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <limits>
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
  for (int label = 1; label < alphabet.classes(); ++label) {
    const std::string& text = alphabet.text(label);
    auto symbol = static_cast<std::uint16_t>(label);
    const UChar32 first = first_code_point(text);
    letter_.push_back(u_isalpha(first));
    if (u_isdigit(first)) {
      if (digit_ == kLineBoundary) digit_ = symbol;
      symbol = digit_;
    }
    if (symbol == label) ++different_;
    if (text == " ") space_ = label;
    symbol_of_.push_back(symbol);
  }
}

}  // namespace ocrbatch::recognizer
