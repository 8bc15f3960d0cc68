#include "recognizer/text_difference.h"

#include "recognizer/edit_distance.h"

namespace ocrbatch::recognizer {

TextDifference difference(const std::string& truth_utf8, const std::string& read_utf8) {
  const auto truth = code_points(truth_utf8), read = code_points(read_utf8);
  DistanceTable table(truth, read);
  TextDifference result{{}, table.distance(), truth.size()};
  // Back from the end, so each step goes to the front of the part that it belongs to.
  const auto put = [&](const std::string& from_truth, const std::string& from_read, bool same) {
    if (result.parts.empty() || result.parts.back().same != same) result.parts.push_back({"", "", same});
    TextPart& part = result.parts.back();
    part.truth.insert(0, from_truth);
    part.read.insert(0, from_read);
  };
  std::size_t i = truth.size(), j = read.size();
  while (i > 0 || j > 0) {
    const std::uint32_t here = table.at(i, j);
    const bool same = i > 0 && j > 0 && truth[i - 1] == read[j - 1];
    if (i > 0 && j > 0 && table.at(i - 1, j - 1) + (same ? 0U : 1U) == here) {
      --i, --j;
      put(truth[i], read[j], same);
    } else if (i > 0 && table.at(i - 1, j) + 1 == here) {
      put(truth[--i], "", false);
    } else {
      put("", read[--j], false);
    }
  }
  std::reverse(result.parts.begin(), result.parts.end());
  return result;
}

}  // namespace ocrbatch::recognizer
