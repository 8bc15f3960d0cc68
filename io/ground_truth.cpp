#include "io/ground_truth.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <sstream>

#include "io/ground_truth/formats.h"

namespace ocrbatch::io {
namespace {

struct Format {
  bool (*matches)(std::string_view head);
  Result<GroundTruth> (*read)(const std::string& content);
};

// The local name of the first element, in lower case; empty where there is none.
std::string root_of(std::string_view head) {
  for (std::size_t at = head.find('<'); at != std::string_view::npos; at = head.find('<', at + 1)) {
    if (head.substr(at).starts_with("<!--")) {
      at = head.find("-->", at);
      if (at == std::string_view::npos) break;
      continue;
    }
    std::string name;
    for (std::size_t i = at + 1;
         i < head.size() && (std::isalnum(static_cast<unsigned char>(head[i])) != 0 || head[i] == ':'); ++i)
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(head[i])));
    if (!name.empty()) return name.substr(name.rfind(':') + 1);
  }
  return {};
}

// "12<tab>34<tab>...", perhaps below a row of names.
bool is_table(std::string_view head) {
  const std::string_view first = head.substr(0, head.find('\t'));
  return first.size() < head.size() && !first.empty() &&
         (first == "x0" || first.find_first_not_of("0123456789.-") == std::string_view::npos);
}

// A space that may not be broken looks like any other.
std::string with_plain_spaces(const std::string& text) {
  constexpr std::string_view kFixed = "\xC2\xA0";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fixed = std::string_view(text).substr(i, kFixed.size()) == kFixed;
    out += fixed ? ' ' : text[i];
    if (fixed) ++i;
  }
  return out;
}

constexpr Format kFormats[] = {
    {[](std::string_view head) { return root_of(head) == "pcgts"; }, read_page_xml},
    {[](std::string_view head) { return root_of(head) == "alto"; }, read_alto},
    {[](std::string_view head) { return root_of(head) == "html"; }, read_hocr},
    {is_table, read_lines_table},
};

const Format* find_format(std::string_view content) {
  constexpr std::size_t kHeadBytes = 4096;
  std::string_view head = content.substr(0, kHeadBytes);
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto* found = std::ranges::find_if(kFormats, [&](const Format& f) { return f.matches(head); });
  return found == std::end(kFormats) ? nullptr : found;
}

constexpr double kFarthest = 1e7;  // no page has that many pixels or tenths of a millimetre a side

bool is_coordinate(double value) {
  return std::abs(value) <= kFarthest;  // false for what is no number
}

bool are_coordinates(const std::vector<Point>& points) {
  return std::ranges::all_of(
      points, [](const Point& point) { return is_coordinate(point.x) && is_coordinate(point.y); });
}

bool is_plausible(const TruthPage& page) {
  return is_coordinate(page.width) && is_coordinate(page.height) &&
         std::ranges::all_of(page.lines, [](const TruthLine& line) {
           return are_coordinates(line.outline) && are_coordinates(line.baseline) &&
                  is_coordinate(line.ascent) && is_coordinate(line.descent) && is_coordinate(line.x_height);
         });
}

// What all formats promise alike, whatever stood in the file.
void settle(TruthLine& line) {
  line.text = with_plain_spaces(line.text);
  for (std::vector<Point>* points : {&line.outline, &line.baseline})
    if (points->size() < 2) points->clear();
}

}  // namespace

Result<GroundTruth> read_ground_truth(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream bytes;
  if (!stream || !(bytes << stream.rdbuf()))
    return Error{ErrorCode::kUnreadable, "cannot be read, or is empty"};
  std::string content = bytes.str();
  if (content.starts_with("\xEF\xBB\xBF")) content.erase(0, 3);
  const Format* format = find_format(content);
  if (format == nullptr)
    return Error{ErrorCode::kUnknownFormat, "neither PAGE, ALTO, hOCR nor a table of lines, by its content"};
  auto truth = format->read(content);
  if (!truth) return truth;
  for (TruthPage& page : truth.value().pages) {
    if (!is_plausible(page))
      return Error{ErrorCode::kCorrupt, "has coordinates that no page has: export the ground truth again"};
    std::ranges::for_each(page.lines, settle);
  }
  return truth;
}

bool looks_like_ground_truth(const std::filesystem::path& file) {
  std::string head(4096, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(stream.gcount()));
  return find_format(head) != nullptr;
}

Result<TruthPage> fit_to_image(TruthPage page, int width_px, int height_px, double dpi) {
  double x_scale = 1, y_scale = 1;
  if (page.width > 0 && page.height > 0) {
    x_scale = width_px / page.width;
    y_scale = height_px / page.height;
    constexpr double kSame = 1.03;  // sides are rounded, to whole millimetres at worst
    if (x_scale > kSame * y_scale || y_scale > kSame * x_scale) {
      return Error{ErrorCode::kCorrupt,
                   "the image has " + std::to_string(width_px) + " x " + std::to_string(height_px) +
                       " pixels, and the page of its ground truth other proportions: it is of another image, "
                       "or of a turned one"};
    }
  } else if (page.units_per_inch > 0) {
    if (!(dpi > 0)) {
      return Error{
          ErrorCode::kCorrupt,
          "the ground truth counts in fractions of an inch, and neither it says how large the page is "
          "nor the image at how many dpi it was scanned"};
    }
    x_scale = y_scale = dpi / page.units_per_inch;
  }
  const auto move = [&](std::vector<Point>& points) {
    for (Point& point : points) point = {point.x * x_scale, point.y * y_scale};
  };
  for (TruthLine& line : page.lines) {
    move(line.outline);
    move(line.baseline);
    line.ascent *= y_scale;
    line.descent *= y_scale;
    line.x_height *= y_scale;
  }
  page.width = width_px;
  page.height = height_px;
  page.units_per_inch = 0;
  return page;
}

}  // namespace ocrbatch::io
