// What the readers of ground truth share.
#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "io/ground_truth.h"

namespace ocrbatch::io {

// Each takes a whole file. Errors name the line where there is one.
Result<GroundTruth> read_page_xml(const std::string& content);
Result<GroundTruth> read_alto(const std::string& content);
Result<GroundTruth> read_hocr(const std::string& content);
Result<GroundTruth> read_lines_table(const std::string& content);

// White space is kept. Entities of HTML are not known to it.
std::optional<Error> parse_xml(const std::string& content, pugi::xml_document& document);

// The name of an element without its namespace's prefix.
std::string_view local_name(const pugi::xml_node& node);
// The first child element of that local name; a null node without one.
pugi::xml_node child(const pugi::xml_node& node, std::string_view name);

// All numbers of a text, whatever stands between them.
std::vector<double> numbers_in(std::string_view text);
// "x,y x,y" and "x y x y" alike.
std::vector<Point> points_in(std::string_view text);
std::vector<Point> box_outline(double x0, double y0, double x1, double y1);

}  // namespace ocrbatch::io
