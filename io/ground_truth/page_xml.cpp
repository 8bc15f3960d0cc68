// PAGE XML (PRImA), schemas 2009 to 2019.
#include <algorithm>
#include <climits>

#include "io/ground_truth/formats.h"

namespace ocrbatch::io {
namespace {

// Coords or Baseline: an attribute since 2013, child elements before.
std::vector<Point> points_of(const pugi::xml_node& node) {
  if (const auto points = node.attribute("points")) return points_in(points.value());
  std::vector<Point> points;
  for (const pugi::xml_node& point : node.children()) {
    if (local_name(point) == "Point") {
      points.push_back({point.attribute("x").as_double(), point.attribute("y").as_double()});
    }
  }
  return points;
}

// Of several readings the one with the lowest index; without indices the first.
std::optional<std::string> own_text(const pugi::xml_node& node) {
  std::optional<std::string> text;
  int best = INT_MAX;
  for (const pugi::xml_node& equivalent : node.children()) {
    if (local_name(equivalent) != "TextEquiv") continue;
    const int index = equivalent.attribute("index").as_int(INT_MAX - 1);
    if (index >= best) continue;
    best = index;
    text = child(equivalent, "Unicode").text().as_string();
  }
  return text;
}

std::string text_of(const pugi::xml_node& line) {
  if (const auto text = own_text(line)) return *text;
  std::string words;
  for (const pugi::xml_node& word : line.children()) {
    if (local_name(word) != "Word") continue;
    if (!words.empty()) words += ' ';
    words += own_text(word).value_or("");
  }
  return words;
}

void add_lines(const pugi::xml_node& region, int block, int& blocks, TruthPage& page) {
  for (const pugi::xml_node& node : region.children()) {
    const std::string_view name = local_name(node);
    if (name.ends_with("Region")) {
      const int inner = blocks++;
      add_lines(node, inner, blocks, page);
    } else if (name == "TextLine") {
      TruthLine line;
      line.outline = points_of(child(node, "Coords"));
      line.baseline = points_of(child(node, "Baseline"));
      line.text = text_of(node);
      line.block = block;
      page.lines.push_back(std::move(line));
    }
  }
}

}  // namespace

Result<GroundTruth> read_page_xml(const std::string& content) {
  pugi::xml_document document;
  if (const auto error = parse_xml(content, document)) return *error;
  GroundTruth truth;
  for (const pugi::xml_node& node : document.document_element().children()) {
    if (local_name(node) != "Page") continue;
    TruthPage page;
    page.index = static_cast<int>(truth.pages.size());
    page.width = node.attribute("imageWidth").as_double();
    page.height = node.attribute("imageHeight").as_double();
    if (truth.image.empty()) truth.image = node.attribute("imageFilename").value();
    int blocks = 1;
    add_lines(node, 0, blocks, page);
    truth.pages.push_back(std::move(page));
  }
  return truth;
}

}  // namespace ocrbatch::io
