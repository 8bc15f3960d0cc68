#include "recognizer/error_rates.h"

#include <algorithm>
#include <sstream>

#include "recognizer/edit_distance.h"

namespace ocrbatch::recognizer {
namespace {

std::vector<std::string> words_of(const std::string& utf8) {
  std::istringstream stream(utf8);
  std::vector<std::string> out;
  for (std::string word; stream >> word;) out.push_back(std::move(word));
  return out;
}

// Which characters belong to words that have a digit.
std::vector<bool> in_codes(const std::vector<std::string>& text) {
  std::vector<bool> out(text.size(), false);
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    bool digit = false;
    for (end = begin; end < text.size() && text[end] != " "; ++end)
      digit = digit || (text[end].size() == 1 && text[end][0] >= '0' && text[end][0] <= '9');
    if (digit) std::fill(out.begin() + static_cast<long>(begin), out.begin() + static_cast<long>(end), true);
  }
  return out;
}

}  // namespace

void ErrorRates::add(const std::string& truth_utf8, const std::string& read_utf8) {
  const auto truth = code_points(truth_utf8), read = code_points(read_utf8);
  DistanceTable table(truth, read);
  ++lines_;
  if (truth == read) ++lines_right_;
  characters_ += truth.size();
  character_errors_ += table.distance();
  const auto truth_words = words_of(truth_utf8), read_words = words_of(read_utf8);
  words_ += truth_words.size();
  word_errors_ += DistanceTable(truth_words, read_words).distance();

  const std::vector<bool> codes = in_codes(truth);
  code_characters_ += static_cast<std::uint64_t>(std::count(codes.begin(), codes.end(), true));
  std::size_t i = truth.size(), j = read.size();
  while (i > 0 || j > 0) {
    const std::uint32_t here = table.at(i, j);
    if (i > 0 && j > 0 && table.at(i - 1, j - 1) + (truth[i - 1] == read[j - 1] ? 0U : 1U) == here) {
      if (truth[i - 1] != read[j - 1]) {
        ++confusions_[{truth[i - 1], read[j - 1]}];
        if (codes[i - 1]) ++code_errors_;
      }
      --i, --j;
    } else if (i > 0 && table.at(i - 1, j) + 1 == here) {
      ++confusions_[{truth[--i], ""}];
      if (codes[i]) ++code_errors_;
    } else {
      if ((i > 0 && codes[i - 1]) || (i < truth.size() && codes[i])) ++code_errors_;
      ++confusions_[{"", read[--j]}];
    }
  }
}

std::vector<ErrorRates::Confusion> ErrorRates::worst_confusions(std::size_t count) const {
  std::vector<Confusion> out;
  for (const auto& [pair, times] : confusions_) out.push_back({pair.first, pair.second, times});
  std::stable_sort(out.begin(), out.end(),
                   [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  out.resize(std::min(count, out.size()));
  return out;
}

}  // namespace ocrbatch::recognizer
