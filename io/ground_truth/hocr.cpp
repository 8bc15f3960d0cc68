// hOCR 1.2, as ocrbatch, Tesseract and others write it and as people correct it.
#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "io/ground_truth/formats.h"
#include "io/ground_truth/html.h"

namespace ocrbatch::io {
namespace {

using Properties = std::map<std::string, std::string>;

// "bbox 1 2 3 4; image \"a;b.png\"": names and what follows them; quotes keep semicolons.
Properties properties_of(const pugi::xml_node& node) {
  const std::string_view title = node.attribute("title").value();
  Properties properties;
  for (std::size_t begin = 0; begin < title.size();) {
    std::size_t end = begin;
    for (char quote = '\0'; end < title.size() && (quote != '\0' || title[end] != ';'); ++end) {
      if (quote != '\0' ? title[end] == quote : title[end] == '"') quote = quote != '\0' ? '\0' : title[end];
    }
    std::string_view property = title.substr(begin, end - begin);
    property.remove_prefix(std::min(property.find_first_not_of(" \t\r\n"), property.size()));
    const std::size_t space = std::min(property.find_first_of(" \t\r\n"), property.size());
    if (space > 0)
      properties.emplace(property.substr(0, space), property.substr(std::min(space + 1, property.size())));
    begin = end + 1;
  }
  return properties;
}

std::vector<double> numbers_of(const Properties& properties, const char* name) {
  const auto found = properties.find(name);
  return found == properties.end() ? std::vector<double>() : numbers_in(found->second);
}

double number_of(const Properties& properties, const char* name) {
  const auto numbers = numbers_of(properties, name);
  return numbers.empty() ? 0 : numbers[0];
}

// Whether one of the classes of the element is `name`.
bool has_class(const pugi::xml_node& node, std::string_view name) {
  std::istringstream classes(node.attribute("class").value());
  for (std::string one; classes >> one;) {
    if (one == name) return true;
  }
  return false;
}

bool is_line(const pugi::xml_node& node) {
  constexpr std::string_view kClasses[] = {"ocr_line",    "ocrx_line",     "ocr_header", "ocr_footer",
                                           "ocr_caption", "ocr_textfloat", "ocr_pageno"};
  return std::ranges::any_of(kClasses, [&](std::string_view name) { return has_class(node, name); });
}

// The text as it stands, and a space between words that have nothing between them.
void add_text(const pugi::xml_node& node, std::string& text, bool& behind_word) {
  for (const pugi::xml_node& part : node.children()) {
    if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata) {
      text += part.value();
      behind_word = false;
      continue;
    }
    const bool is_word = has_class(part, "ocrx_word") || has_class(part, "ocr_word");
    if (is_word && behind_word) text += ' ';
    add_text(part, text, behind_word);
    if (is_word) behind_word = true;
  }
}

// Slope and offset from the box's bottom left corner, or the offset alone.
std::vector<Point> baseline_of(const Properties& properties, const std::vector<double>& box) {
  const std::vector<double> numbers = numbers_of(properties, "baseline");
  if (numbers.empty() || numbers.size() > 2 || box.size() < 4) return {};
  const double slope = numbers.size() == 2 ? numbers[0] : 0, y = box[3] + numbers.back();
  return {{box[0], y}, {box[2], y + slope * (box[2] - box[0])}};
}

// Tesseract's: the height of the row with ascenders and descenders, and what of it these are.
void set_extents(const Properties& properties, TruthLine& line) {
  const double size = number_of(properties, "x_size");
  const double descent = number_of(properties, "x_descenders");
  const double above_x = number_of(properties, "x_ascenders");
  if (!(size > 0 && descent > 0 && above_x > 0 && descent + above_x < size)) return;
  line.descent = descent;
  line.ascent = size - descent;
  line.x_height = line.ascent - above_x;
}

TruthLine line_of(const pugi::xml_node& node, int block) {
  TruthLine line;
  const Properties properties = properties_of(node);
  const std::vector<double> box = numbers_of(properties, "bbox");
  const auto polygon = properties.find("poly");
  if (polygon != properties.end()) line.outline = points_in(polygon->second);
  if (line.outline.size() < 3 && box.size() >= 4) line.outline = box_outline(box[0], box[1], box[2], box[3]);
  line.baseline = baseline_of(properties, box);
  set_extents(properties, line);
  const double angle = std::fmod(std::abs(number_of(properties, "textangle")), 180);
  line.vertical = angle > 45 && angle < 135;
  line.block = block;
  bool behind_word = false;
  add_text(node, line.text, behind_word);
  return line;
}

void add_lines(const pugi::xml_node& parent, int block, int& blocks, TruthPage& page) {
  for (const pugi::xml_node& node : parent.children()) {
    if (is_line(node)) {
      page.lines.push_back(line_of(node, block));
    } else {
      const int inner = has_class(node, "ocr_carea") ? blocks++ : block;
      add_lines(node, inner, blocks, page);
    }
  }
}

TruthPage page_of(const pugi::xml_node& node, const Properties& properties) {
  TruthPage page;
  const std::vector<double> box = numbers_of(properties, "bbox");
  if (box.size() >= 4 && box[0] == 0 && box[1] == 0) {
    page.width = box[2];
    page.height = box[3];
  }
  const auto rotation = numbers_of(properties, "x_rotation");
  for (const int turn_deg : {90, 180, 270})
    if (!rotation.empty() && rotation[0] == turn_deg) page.rotation_deg = turn_deg;
  int blocks = 1;
  add_lines(node, 0, blocks, page);
  return page;
}

void add_pages(const pugi::xml_node& parent, GroundTruth& truth, std::vector<std::optional<int>>& numbers) {
  for (const pugi::xml_node& node : parent.children()) {
    if (!has_class(node, "ocr_page")) {
      add_pages(node, truth, numbers);
      continue;
    }
    const Properties properties = properties_of(node);
    const auto number = numbers_of(properties, "ppageno");
    constexpr double kMostPages = 1e9;
    const bool is_page = !number.empty() && number[0] >= 0 && number[0] < kMostPages;
    numbers.push_back(is_page ? std::optional(static_cast<int>(number[0])) : std::nullopt);
    const auto image = properties.find("image");
    if (truth.image.empty() && image != properties.end()) {
      truth.image = image->second;
      std::erase(truth.image, '"');
    }
    truth.pages.push_back(page_of(node, properties));
  }
}

}  // namespace

Result<GroundTruth> read_hocr(const std::string& content) {
  pugi::xml_document document;
  if (auto error = parse_xml(html_as_xml(content), document)) {
    error->message += ": save it as XHTML";
    return *error;
  }
  GroundTruth truth;
  std::vector<std::optional<int>> numbers;
  add_pages(document.document_element(), truth, numbers);
  // Numbers count when they tell the pages apart: some programs write 0 for each.
  std::vector<std::optional<int>> sorted = numbers;
  std::ranges::sort(sorted);
  const bool numbered = std::ranges::adjacent_find(sorted) == sorted.end() &&
                        std::ranges::all_of(sorted, [](const auto& number) { return number.has_value(); });
  for (std::size_t i = 0; i < truth.pages.size(); ++i)
    truth.pages[i].index = numbered ? *numbers[i] : static_cast<int>(i);
  return truth;
}

}  // namespace ocrbatch::io
