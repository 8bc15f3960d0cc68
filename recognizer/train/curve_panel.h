// One drawing of curves over a common axis, as SVG.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ocrbatch::recognizer {

struct CurveSeries {
  std::string name, color;                        // both go into the SVG as they are
  std::vector<std::pair<double, double>> points;  // x, y
};

struct CurvePanel {
  std::string title;  // goes into the SVG as it is
  bool logarithmic = false;
  double low = 0, high = 1;  // of the vertical axis; powers of ten where it is logarithmic
  double last_x = 1;         // the horizontal axis starts at 0
  std::vector<CurveSeries> series;
};

// Sets low and high so that all points have room: whole decades, or 0 to a round number.
void fit_axis(CurvePanel& panel);

// A <g> of this width and height (pixels) at `top`, drawn in the colour of the text around it, so that it is
// readable on paper of any tone.
std::string draw_panel(const CurvePanel& panel, double top, double width, double height);

}  // namespace ocrbatch::recognizer
