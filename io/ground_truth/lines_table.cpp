// A table with a line of text a row: x0 y0 x1 y1 text, separated by tabs; pixels, x1 and y1 exclusive.
#include <charconv>
#include <sstream>

#include "io/ground_truth/formats.h"

namespace ocrbatch::io {
namespace {

std::optional<double> number_from(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

Result<GroundTruth> read_lines_table(const std::string& content) {
  GroundTruth truth;
  TruthPage& page = truth.pages.emplace_back();
  std::istringstream rows(content);
  std::size_t number = 0;
  for (std::string row; std::getline(rows, row);) {
    ++number;
    if (row.ends_with('\r')) row.pop_back();
    if (row.empty() || row.starts_with("x0\t")) continue;
    std::string_view rest = row;
    double corners[4] = {};
    for (double& corner : corners) {
      const std::size_t tab = rest.find('\t');
      const auto value = tab == std::string_view::npos ? std::nullopt : number_from(rest.substr(0, tab));
      if (!value) {
        return Error{ErrorCode::kCorrupt,
                     "line " + std::to_string(number) + ": should be x0 y0 x1 y1 text, separated by tabs"};
      }
      corner = *value;
      rest.remove_prefix(tab + 1);
    }
    TruthLine line;
    line.outline = box_outline(corners[0], corners[1], corners[2], corners[3]);
    line.text = rest;
    page.lines.push_back(std::move(line));
  }
  return truth;
}

}  // namespace ocrbatch::io
