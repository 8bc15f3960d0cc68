#include "io/ground_truth/formats.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ocrbatch::io {

std::optional<Error> parse_xml(const std::string& content, pugi::xml_document& document) {
  const auto result =
      document.load_buffer(content.data(), content.size(), pugi::parse_default | pugi::parse_ws_pcdata);
  if (result) return std::nullopt;
  const auto end = content.begin() + std::min<std::ptrdiff_t>(std::max<std::ptrdiff_t>(result.offset, 0),
                                                              static_cast<std::ptrdiff_t>(content.size()));
  return Error{ErrorCode::kCorrupt, "line " + std::to_string(1 + std::count(content.begin(), end, '\n')) +
                                        ": is not well-formed XML (" + result.description() + ")"};
}

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& candidate : node.children()) {
    if (local_name(candidate) == name) return candidate;
  }
  return {};
}

std::vector<double> numbers_in(std::string_view text) {
  std::vector<double> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    double number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error == std::errc() && std::isfinite(number)) numbers.push_back(number);
    at = error == std::errc() ? next : at + 1;
  }
  return numbers;
}

std::vector<Point> points_in(std::string_view text) {
  const std::vector<double> numbers = numbers_in(text);
  std::vector<Point> points;
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) points.push_back({numbers[i], numbers[i + 1]});
  return points;
}

std::vector<Point> box_outline(double x0, double y0, double x1, double y1) {
  return {{x0, y0}, {x1, y1}};
}

}  // namespace ocrbatch::io
