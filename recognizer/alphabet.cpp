#include "recognizer/alphabet.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ocrbatch::recognizer {
namespace {

// Bytes of the UTF-8 code point that starts here, or of the stray bytes that stand in its place; at least 1.
std::size_t code_point_bytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < std::min<std::size_t>(4, text.size()) &&
         (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80)
    ++bytes;
  return bytes;
}

}  // namespace

std::string to_nfc(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no NFC data: ") + u_errorName(status));
  const icu::UnicodeString text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
  std::string out;
  nfc->normalize(text, status).toUTF8String(out);
  return out;
}

Alphabet::Alphabet(std::vector<std::string> labels) : labels_(std::move(labels)) {
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    const std::string& label = labels_[i];
    if (label.empty()) throw std::invalid_argument("the alphabet has an empty label at " + std::to_string(i));
    if (to_nfc(label) != label)
      throw std::invalid_argument("the alphabet's label \"" + label + "\" is not in NFC");
    if (!label_of_.emplace(label, static_cast<int>(i) + 1).second) {
      throw std::invalid_argument("the alphabet has \"" + label + "\" twice");
    }
    longest_bytes_ = std::max(longest_bytes_, label.size());
  }
}

std::vector<int> Alphabet::encode(std::string_view utf8, std::vector<std::string>* unknown) const {
  std::vector<int> out;
  while (!utf8.empty()) {
    std::size_t taken = 0;
    for (std::size_t length = std::min(longest_bytes_, utf8.size()); length > 0; --length) {
      const auto found = label_of_.find(std::string(utf8.substr(0, length)));
      if (found == label_of_.end()) continue;
      out.push_back(found->second);
      taken = length;
      break;
    }
    if (taken == 0) {
      taken = code_point_bytes(utf8);
      if (unknown != nullptr) unknown->emplace_back(utf8.substr(0, taken));
    }
    utf8.remove_prefix(taken);
  }
  return out;
}

std::string Alphabet::decode(const std::vector<int>& labels) const {
  std::string out;
  for (const int label : labels) out += text(label);
  return out;
}

Alphabet read_alphabet(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw std::invalid_argument(file.string() + ": the alphabet file cannot be read");
  std::vector<std::string> labels;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("# ")) continue;
    if (line == " ") labels.emplace_back(line);  // lists of a character a line have the space so
    std::stringstream words(line);
    for (std::string label; words >> label;) labels.push_back(label == "<space>" ? " " : label);
  }
  try {
    return Alphabet(std::move(labels));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(file.string() + ": " + error.what());
  }
}

}  // namespace ocrbatch::recognizer
