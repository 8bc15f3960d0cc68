#include "recognizer/train/curve_panel.h"

#include <algorithm>
#include <cmath>

#include "recognizer/printf_text.h"

namespace ocrbatch::recognizer {
namespace {

constexpr double kLeft = 70, kRight = 30, kTitle = 26, kBottom = 24;

// The next of 1, 2 and 5 times a power of ten.
double round_up(double value) {
  const double decade = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (value <= factor * decade * (1 + 1e-9)) return factor * decade;
  }
  return 10 * decade;
}

std::vector<double> ticks(const CurvePanel& panel) {
  std::vector<double> out;
  if (panel.logarithmic) {
    for (double tick = panel.low; tick <= panel.high * 1.001; tick *= 10) out.push_back(tick);
  } else {
    for (int i = 0; i <= 4; ++i) out.push_back(panel.low + (panel.high - panel.low) * i / 4);
  }
  return out;
}

// Share of the axis, from its low end.
double height_of(const CurvePanel& panel, double value) {
  const double clamped = std::clamp(value, panel.low, panel.high);
  if (!panel.logarithmic) return (clamped - panel.low) / (panel.high - panel.low);
  return std::log10(clamped / panel.low) / std::log10(panel.high / panel.low);
}

}  // namespace

void fit_axis(CurvePanel& panel) {
  double least = INFINITY, most = 0;
  for (const CurveSeries& series : panel.series) {
    for (const auto& [x, y] : series.points) {
      if (!(y > 0) || !std::isfinite(y)) continue;
      least = std::min(least, y);
      most = std::max(most, y);
    }
  }
  if (most == 0) least = most = 1;
  panel.low = panel.logarithmic ? std::pow(10, std::floor(std::log10(least))) : 0;
  panel.high = panel.logarithmic ? std::pow(10, std::ceil(std::log10(most))) : round_up(most);
  if (panel.logarithmic && panel.high <= panel.low) panel.high = panel.low * 10;
}

std::string draw_panel(const CurvePanel& panel, double top, double width, double height) {
  const double plot_width = width - kLeft - kRight, plot_height = height - kTitle - kBottom;
  const auto y_of = [&](double value) { return kTitle + plot_height * (1 - height_of(panel, value)); };
  std::string svg = format("<g transform=\"translate(0 %g)\" fill=\"currentColor\">\n", top) +
                    format("<text x=\"%g\" y=\"16\">", kLeft) + panel.title + "</text>\n";
  for (const double tick : ticks(panel)) {
    svg += format(
        "<line x1=\"%g\" x2=\"%g\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"currentColor\" stroke-opacity=\"0.15\"/>"
        "<text x=\"%g\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
        kLeft, kLeft + plot_width, y_of(tick), y_of(tick), kLeft - 6, y_of(tick) + 4, tick);
  }
  for (int i = 0; i <= 4; ++i) {
    svg += format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.0f</text>\n",
                  kLeft + plot_width * i / 4, height - kBottom + 16, panel.last_x * i / 4);
  }
  double legend = width - kRight;
  for (const CurveSeries& series : panel.series) {
    std::string points;
    for (const auto& [x, y] : series.points) {
      if (std::isfinite(y))
        points += format("%.1f,%.1f ", kLeft + plot_width * x / std::max(panel.last_x, 1e-9), y_of(y));
    }
    svg += "<polyline fill=\"none\" stroke=\"" + series.color + "\" stroke-width=\"1.5\" points=\"" + points +
           "\"/>\n";
    if (series.name.empty()) continue;
    svg += format("<text x=\"%g\" y=\"16\" text-anchor=\"end\" fill=\"", legend) + series.color + "\">" +
           series.name + "</text>\n";
    legend -= 130;
  }
  return svg + "</g>\n";
}

}  // namespace ocrbatch::recognizer
