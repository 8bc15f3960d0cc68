#include "cli/values.h"

#include <boost/algorithm/string.hpp>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>

#include "cli/errors.h"

namespace ocrbatch::cli {
namespace {

// The whole text as a page number from 1; `missing` for an empty text.
std::optional<int> page_number(const std::string& text, int missing) {
  if (text.empty()) return missing;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

std::optional<pipeline::PageRange> parse_range(const std::string& text) {
  const std::size_t dash = text.find('-');
  const auto first = page_number(text.substr(0, dash), 1);
  const auto last = dash == std::string::npos ? first : page_number(text.substr(dash + 1), 0);
  if (!first || !last || text.empty() || text == "-") return std::nullopt;
  if (*last != 0 && *last < *first) return std::nullopt;
  return pipeline::PageRange{*first, *last};
}

}  // namespace

std::vector<pipeline::PageRange> parse_pages(const std::string& text) {
  std::vector<pipeline::PageRange> ranges;
  std::vector<std::string> parts;
  for (const std::string& part : boost::split(parts, text, boost::is_any_of(","))) {
    const auto range = parse_range(part);
    if (!range) throw UsageError("--pages: '" + part + "' is no page or range; write for example 1-3,7,10-");
    ranges.push_back(*range);
  }
  return ranges;
}

std::uint64_t parse_size(const std::string& option, const std::string& text) {
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit = boost::to_upper_copy(std::string(rest, text.data() + text.size()));
  if (unit.ends_with("IB")) {
    unit.resize(unit.size() - 2);
  } else if (unit.ends_with("B")) {
    unit.resize(unit.size() - 1);
  }
  const std::string units = "KMGT";
  const std::size_t power = unit.empty() ? 0 : units.find(unit) + 1;
  const bool known_unit = unit.empty() || (unit.size() == 1 && units.find(unit) != std::string::npos);
  const double bytes = std::ldexp(number, static_cast<int>(10 * power));
  if (error != std::errc() || !known_unit || !(bytes >= 1) || bytes > 1e18) {
    throw UsageError(option + ": '" + text + "' is no size; write for example 512M or 2G");
  }
  return static_cast<std::uint64_t>(bytes);
}

std::vector<std::string> read_path_list(std::istream& stream) {
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const char separator = text.find('\0') != std::string::npos ? '\0' : '\n';
  std::vector<std::string> parts, paths;
  boost::split(parts, text, [separator](char c) { return c == separator; });
  for (std::string& part : parts) {
    if (!part.empty()) paths.push_back(std::move(part));
  }
  return paths;
}

}  // namespace ocrbatch::cli
