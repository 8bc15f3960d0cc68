#include "recognizer/synth/corpus.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace ocrbatch::recognizer {
namespace {

const icu::Normalizer2& nfc() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
  return *normalizer;
}

std::string read_nfc(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
  std::stringstream content;
  content << stream.rdbuf();
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString text = nfc().normalize(icu::UnicodeString::fromUTF8(content.str()), status);
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

// Folds white space within lines to single spaces and drops empty lines; each paragraph ends with '\n'.
void append_running(const std::string& text, std::string& out) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t before = out.size();
    bool gap = false;
    for (const char c : line) {
      if (c == ' ' || c == '\t' || c == '\r') {
        gap = true;
        continue;
      }
      if (gap && out.size() > before) out += ' ';
      gap = false;
      out += c;
    }
    if (out.size() > before) out += '\n';
  }
}

// One entry a line; what follows a tab, a frequency say, is left out.
void append_lines(const std::string& text, std::vector<std::u32string>& out) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line.resize(std::min(line.size(), line.find('\t')));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty() && line.size() < 64) out.push_back(to_utf32(line));
  }
}

// Words of a language that has no list of its own.
void collect_words(const std::string& running, std::vector<std::u32string>& out) {
  constexpr std::size_t kEnough = 60000;
  std::istringstream stream(running);
  for (std::string token; out.size() < kEnough && stream >> token;) {
    std::u32string word = to_utf32(token);
    std::erase_if(word, [](char32_t c) { return !u_isalpha(static_cast<UChar32>(c)); });
    if (!word.empty()) out.push_back(std::move(word));
  }
}

struct File {
  std::filesystem::path path;
  std::string language;
};

// Files in a stable order, each with the name of the folder directly below `root` (or of `root`'s own) as
// language.
std::vector<File> list_files(const std::filesystem::path& root) {
  if (!std::filesystem::exists(root)) throw std::runtime_error(root.string() + ": no such file or folder");
  std::vector<File> files;
  if (!std::filesystem::is_directory(root)) {
    files.push_back({root, root.parent_path().filename().string()});
    return files;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const std::filesystem::path below = std::filesystem::relative(entry.path(), root);
    const bool direct = below.has_parent_path();
    files.push_back({entry.path(), direct ? below.begin()->string() : root.filename().string()});
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.path < b.path; });
  return files;
}

// Characters of scripts that are written without spaces: a line may begin and end at any of them.
bool stands_alone(char32_t c) {
  const int width = u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH;
}

// The nearest place at or before `at` where a line may begin.
std::size_t start_of_word(const std::string& utf8, std::size_t at) {
  while (at > 0 && utf8[at - 1] != ' ' && utf8[at - 1] != '\n') {
    if (!U8_IS_TRAIL(static_cast<std::uint8_t>(utf8[at]))) {
      UChar32 c = 0;
      const auto* const bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
      U8_GET_OR_FFFD(bytes, 0, static_cast<std::int64_t>(at), static_cast<std::int64_t>(utf8.size()), c);
      if (stands_alone(static_cast<char32_t>(c))) break;
    }
    --at;
  }
  return at;
}

std::string role_of(const std::string& name, const TextStyle& style) {
  for (const auto& [pattern, role] : style.files)
    if (matches_pattern(pattern, name)) return role;
  return "skip";
}

}  // namespace

std::u32string to_utf32(const std::string& utf8) {
  std::u32string text;
  text.reserve(utf8.size());
  const auto length = static_cast<std::int32_t>(utf8.size());
  for (std::int32_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT(utf8.data(), i, length, c);
    text += c < 0 ? U'\uFFFD' : static_cast<char32_t>(c);
  }
  return text;
}

std::string to_utf8(const std::u32string& text) {
  std::string utf8;
  icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(text.data()),
                                static_cast<int32_t>(text.size()))
      .toUTF8String(utf8);
  return utf8;
}

std::u32string to_nfc(const std::u32string& text) {
  // Below the combining marks everything is NFC already.
  if (std::all_of(text.begin(), text.end(), [](char32_t c) { return c < 0x300; })) return text;
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString source = icu::UnicodeString::fromUTF32(
      reinterpret_cast<const UChar32*>(text.data()), static_cast<int32_t>(text.size()));
  if (nfc().isNormalized(source, status)) return text;
  std::string utf8;
  nfc().normalize(source, status).toUTF8String(utf8);
  return to_utf32(utf8);
}

std::u32string LanguageText::running_text(std::size_t characters, Random& random, bool* cut) const {
  if (cut != nullptr) *cut = false;
  if (running.empty()) return {};
  std::size_t at = random.below(running.size());
  at = start_of_word(running, at);
  // A long byte run is enough for the characters wanted: UTF-8 takes four bytes at most.
  std::size_t end = std::min(running.size(), at + characters * 4);
  end = std::min(end, running.find('\n', at));
  std::u32string text = to_utf32(running.substr(at, end - at));
  if (!text.empty() && text.back() == U'\uFFFD') text.pop_back();
  if (text.size() <= characters) return text;
  const bool within_word =
      text[characters] != U' ' && text[characters - 1] != U' ' && !stands_alone(text[characters - 1]);
  text.resize(characters);
  if (cut != nullptr) *cut = within_word;
  return text;
}

std::u32string LanguageText::word(Random& random) const {
  if (words.empty()) return running_text(6, random);
  // Half of the draws from the head of the list: lists are sorted by frequency.
  const std::size_t size = words.size();
  return words[random.below(random.chance(0.5) ? std::min<std::size_t>(size, 5000) : size)];
}

Corpus::Corpus(const std::vector<std::filesystem::path>& paths, const TextStyle& style) {
  std::map<std::string, LanguageText> found;
  for (const std::filesystem::path& root : paths) {
    const bool single = !std::filesystem::is_directory(root);
    for (const File& file : list_files(root)) {
      // A file that was named explicitly is running text whatever its language.
      const std::string role = single ? "running" : role_of(file.path.filename().string(), style);
      if (role == "skip") continue;
      const bool wanted = single || style.languages.empty() ||
                          std::any_of(style.languages.begin(), style.languages.end(),
                                      [&](const auto& entry) { return entry.first == file.language; });
      if (!wanted) continue;
      LanguageText& language = found[file.language];
      const std::string text = read_nfc(file.path);
      if (role == "running") {
        append_running(text, language.running);
      } else if (role == "words") {
        append_lines(text, language.words);
      } else if (role == "numbers") {
        append_lines(text, language.numbers);
      } else if (role == "punctuation") {
        append_lines(text, language.punctuation);
      } else {
        throw std::runtime_error("recipe.text.files: unknown role \"" + role +
                                 "\" (running, words, numbers, punctuation, skip)");
      }
    }
  }
  for (auto& [name, language] : found) {
    if (language.running.empty()) continue;
    if (language.words.empty()) collect_words(language.running, language.words);
    double weight = style.languages.empty() ? 1.0 : 0.0;
    for (const auto& [known, value] : style.languages)
      if (known == name) weight = value;
    language.language = name;
    languages_.push_back(std::move(language));
    weights_.push_back(weight);
  }
  if (languages_.empty()) throw std::runtime_error("no running text found: give files or folders of text");
  // Files given one by one may come from folders that the recipe does not weigh.
  if (std::all_of(weights_.begin(), weights_.end(), [](double w) { return w == 0; }))
    std::fill(weights_.begin(), weights_.end(), 1.0);
}

const LanguageText& Corpus::pick_language(Random& random, const Weights& own) const {
  std::vector<double> weights(languages_.size(), 0);
  for (std::size_t i = 0; i < languages_.size(); ++i)
    for (const auto& [name, weight] : own)
      if (name == languages_[i].language) weights[i] = weight;
  const bool usable = std::any_of(weights.begin(), weights.end(), [](double w) { return w > 0; });
  return languages_[random.pick_weighted(usable ? weights : weights_)];
}

}  // namespace ocrbatch::recognizer
