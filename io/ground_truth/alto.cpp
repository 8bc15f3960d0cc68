// ALTO (Library of Congress), versions 1 to 4.
#include "io/ground_truth/formats.h"

namespace ocrbatch::io {
namespace {

struct Box4 {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

std::optional<Box4> box_of(const pugi::xml_node& node) {
  const auto x = node.attribute("HPOS"), y = node.attribute("VPOS");
  if (!x || !y) return std::nullopt;
  return Box4{x.as_double(), y.as_double(), x.as_double() + node.attribute("WIDTH").as_double(),
              y.as_double() + node.attribute("HEIGHT").as_double()};
}

// Words are separated by SP elements; files that have none at all leave them out for brevity.
std::string text_of(const pugi::xml_node& line) {
  const bool has_spaces = !child(line, "SP").empty();
  std::string text;
  bool behind_word = false;
  for (const pugi::xml_node& node : line.children()) {
    const std::string_view name = local_name(node);
    if (name == "String") {
      if (behind_word && !has_spaces) text += ' ';
      text += node.attribute("CONTENT").value();
      behind_word = true;
    } else if (name == "SP") {
      text += ' ';
    } else if (name == "HYP") {
      const std::string hyphen = node.attribute("CONTENT").value();
      // A soft hyphen at the end of a line is printed as one.
      text += hyphen.empty() || hyphen == "\xC2\xAD" ? "-" : hyphen;
    }
  }
  return text;
}

// Points (since version 4.1), or the height of a level baseline.
std::vector<Point> baseline_of(const pugi::xml_node& line, const std::optional<Box4>& box) {
  const std::vector<double> numbers = numbers_in(line.attribute("BASELINE").value());
  if (numbers.size() == 1 && box) return {{box->x0, numbers[0]}, {box->x1, numbers[0]}};
  return numbers.size() >= 4 ? points_in(line.attribute("BASELINE").value()) : std::vector<Point>();
}

void add_lines(const pugi::xml_node& parent, int block, int& blocks, TruthPage& page) {
  for (const pugi::xml_node& node : parent.children()) {
    if (local_name(node) != "TextLine") {
      const bool is_block = local_name(node) == "TextBlock";
      const int inner = is_block ? blocks++ : block;
      add_lines(node, inner, blocks, page);
      continue;
    }
    TruthLine line;
    const auto box = box_of(node);
    line.outline = points_in(child(child(node, "Shape"), "Polygon").attribute("POINTS").value());
    if (line.outline.size() < 3)
      line.outline = box ? box_outline(box->x0, box->y0, box->x1, box->y1) : std::vector<Point>();
    line.baseline = baseline_of(node, box);
    line.text = text_of(node);
    line.block = block;
    page.lines.push_back(std::move(line));
  }
}

}  // namespace

Result<GroundTruth> read_alto(const std::string& content) {
  pugi::xml_document document;
  if (const auto error = parse_xml(content, document)) return *error;
  const pugi::xml_node root = document.document_element();
  const pugi::xml_node description = child(root, "Description");
  GroundTruth truth;
  truth.image = child(child(description, "sourceImageInformation"), "fileName").text().as_string();
  const std::string unit = child(description, "MeasurementUnit").text().as_string();
  for (const pugi::xml_node& node : child(root, "Layout").children()) {
    if (local_name(node) != "Page") continue;
    TruthPage page;
    page.index = static_cast<int>(truth.pages.size());
    page.width = node.attribute("WIDTH").as_double();
    page.height = node.attribute("HEIGHT").as_double();
    page.units_per_inch = unit == "mm10" ? 254 : unit == "inch1200" ? 1200 : 0;
    int blocks = 1;
    add_lines(node, 0, blocks, page);
    truth.pages.push_back(std::move(page));
  }
  return truth;
}

}  // namespace ocrbatch::io
