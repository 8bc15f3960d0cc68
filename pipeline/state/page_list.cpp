#include "pipeline/state/page_list.h"

namespace ocrbatch::pipeline {

std::string page_list(const std::vector<int>& numbers, int page_count) {
  if (static_cast<int>(numbers.size()) == page_count) return {};
  std::string text;
  for (std::size_t first = 0, next = 0; first < numbers.size(); first = next) {
    next = first + 1;
    while (next < numbers.size() && numbers[next] == numbers[next - 1] + 1) ++next;
    if (!text.empty()) text += ',';
    text += std::to_string(numbers[first]);
    if (next - first > 1) text += '-' + std::to_string(numbers[next - 1]);
  }
  return text.empty() ? "none" : text;
}

}  // namespace ocrbatch::pipeline
