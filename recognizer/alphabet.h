// The labels a CTC recognizer can write. Label 0 is the blank; labels 1.. are short UTF-8 strings in NFC,
// usually one code point, sometimes a letter with a combining mark that has no composed form.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ocrbatch::recognizer {

std::string to_nfc(std::string_view utf8);

class Alphabet {
 public:
  static constexpr int kBlank = 0;

  Alphabet() = default;
  // Throws std::invalid_argument for an empty, repeated or non-NFC label.
  explicit Alphabet(std::vector<std::string> labels);

  int classes() const { return static_cast<int>(labels_.size()) + 1; }  // with the blank
  const std::vector<std::string>& labels() const { return labels_; }
  const std::string& text(int label) const { return labels_[static_cast<std::size_t>(label - 1)]; }

  // Labels of a text by longest match. Characters outside the alphabet are left out and, when `unknown` is
  // given, appended to it (one entry an occurrence).
  std::vector<int> encode(std::string_view utf8, std::vector<std::string>* unknown = nullptr) const;
  std::string decode(const std::vector<int>& labels) const;

 private:
  std::vector<std::string> labels_;
  std::unordered_map<std::string, int> label_of_;
  std::size_t longest_bytes_ = 0;
};

// An alphabet file: each line holds labels separated by single spaces; a line that starts with "# " is a
// comment; the space itself is written as "<space>", or as a line of its own. Throws std::invalid_argument
// naming the file.
Alphabet read_alphabet(const std::filesystem::path& file);

}  // namespace ocrbatch::recognizer
