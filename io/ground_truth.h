// Ground truth of whole pages: which text stands where. Told apart by content: PAGE (2009 to 2019), ALTO (1
// to 4), hOCR, and a table of boxes and texts.
//
// To add a format: io/ground_truth/x.cpp with a function of io/ground_truth/formats.h, and a row in the table
// of io/ground_truth.cpp.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/document.h"
#include "io/error.h"

namespace ocrbatch::io {

struct TruthLine {
  // Two points: opposite corners of a box; more: a polygon; none: the file does not say where the line
  // stands.
  std::vector<Point> outline;
  std::vector<Point> baseline;  // left to right, at least two points; empty where the file does not say
  // Perpendicular to the baseline, as kernels::LineGeometry has them; 0 where the file does not say.
  double ascent = 0, descent = 0, x_height = 0;
  int block = 0;          // lines of one block of text have the same number
  bool vertical = false;  // written upwards or downwards
  std::string text;       // UTF-8, white space as it stands in the file
};

struct TruthPage {
  int index = 0;                    // the document's page, from 0
  double width = 0, height = 0;     // of the page, in the units of the lines; 0 where the file does not say
  double units_per_inch = 0;        // 0: the units are pixels
  std::optional<int> rotation_deg;  // of the image that the lines lie on, as io::Page has it
  std::vector<TruthLine> lines;
};

struct GroundTruth {
  std::string image;  // the document's name as the file has it; may be empty
  std::vector<TruthPage> pages;
};

Result<GroundTruth> read_ground_truth(const std::filesystem::path& file);

// A cheap look at the first bytes: would read_ground_truth know the format?
bool looks_like_ground_truth(const std::filesystem::path& file);

// Turns the coordinates of a page into pixels of its decoded image. kCorrupt when the sides do not go
// together: the truth is then of another image, or of a turned one.
Result<TruthPage> fit_to_image(TruthPage page, int width_px, int height_px, double dpi);

}  // namespace ocrbatch::io
