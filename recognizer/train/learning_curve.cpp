#include "recognizer/train/learning_curve.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace ocrbatch::recognizer {
namespace {

// printf into a string. (LibTorch ships headers of another fmt than the one spdlog links, so fmt is not for
// here.)
template <class... Arguments>
std::string format(const char* pattern, Arguments... arguments) {
  const int size = std::snprintf(nullptr, 0, pattern, arguments...);
  std::string text(static_cast<std::size_t>(size) + 1, '\0');
  std::snprintf(text.data(), text.size(), pattern, arguments...);
  text.pop_back();
  return text;
}

constexpr const char* kHeader =
    "step,lines,learning_rate,loss,lines_per_second,cer,wer,validation_loss,wait_share";

std::string to_row(const CurvePoint& p) {
  const auto optional = [](const std::optional<double>& v) { return v ? format("%.6f", *v) : std::string(); };
  return format("%lld,%llu,%.6g,%.5f,%.1f,", static_cast<long long>(p.step),
                static_cast<unsigned long long>(p.lines), p.learning_rate, p.loss, p.lines_per_second) +
         optional(p.cer) + "," + optional(p.wer) + "," + optional(p.validation_loss) + "," +
         optional(p.wait_share);
}

std::optional<CurvePoint> from_row(const std::string& row) {
  std::stringstream stream(row);
  std::vector<std::string> cells;
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  cells.resize(9);  // older files lack the last ones
  try {
    CurvePoint p;
    p.step = std::stoll(cells[0]);
    p.lines = std::stoull(cells[1]);
    p.learning_rate = std::stod(cells[2]);
    p.loss = std::stod(cells[3]);
    p.lines_per_second = std::stod(cells[4]);
    if (!cells[5].empty()) p.cer = std::stod(cells[5]);
    if (!cells[6].empty()) p.wer = std::stod(cells[6]);
    if (!cells[7].empty()) p.validation_loss = std::stod(cells[7]);
    if (!cells[8].empty()) p.wait_share = std::stod(cells[8]);
    return p;
  } catch (const std::exception&) {
    return std::nullopt;  // a torn last row of a killed run
  }
}

// One curve over lines seen, on a logarithmic axis from `low` to `high`, decades labelled.
struct Plot {
  double x_scale, left, top, width, height, low, high;

  double y(double value) const {
    const double share =
        (std::log10(std::clamp(value, low, high)) - std::log10(low)) / (std::log10(high) - std::log10(low));
    return top + height * (1 - share);
  }
  double x(std::uint64_t lines) const { return left + static_cast<double>(lines) * x_scale; }
};

}  // namespace

LearningCurve::LearningCurve(std::filesystem::path csv_file, std::int64_t last_step)
    : csv_file_(std::move(csv_file)) {
  std::ifstream stream(csv_file_);
  for (std::string row; std::getline(stream, row);) {
    const auto point = from_row(row);
    if (point && point->step <= last_step) points_.push_back(*point);
  }
  stream.close();
  std::ofstream fresh(csv_file_, std::ios::trunc);
  fresh << kHeader << "\n";
  for (const CurvePoint& point : points_) fresh << to_row(point) << "\n";
}

void LearningCurve::add(const CurvePoint& point) {
  points_.push_back(point);
  std::ofstream(csv_file_, std::ios::app) << to_row(point) << "\n";
}

void LearningCurve::draw(const std::filesystem::path& svg_file) const {
  if (points_.empty()) return;
  constexpr double kWidth = 860, kPanel = 240, kLeft = 70, kGap = 50, kHeight = 2 * kPanel + 3 * kGap;
  const double last = static_cast<double>(std::max<std::uint64_t>(1, points_.back().lines));
  std::string svg = format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" font-family=\"sans-serif\" "
      "font-size=\"12\">\n<rect width=\"%g\" height=\"%g\" fill=\"white\"/>\n",
      kWidth, kHeight, kWidth, kHeight);
  const auto panel = [&](double top, const char* title, double low, double high, const char* color,
                         auto value_of) {
    const Plot plot{(kWidth - kLeft - 30) / last, kLeft, top, kWidth - kLeft - 30, kPanel, low, high};
    svg += format("<text x=\"%g\" y=\"%g\">%s</text>\n", kLeft, top - 8, title);
    for (double tick = low; tick <= high * 1.001; tick *= 10) {
      svg += format(
          "<line x1=\"%g\" x2=\"%g\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
          "<text x=\"%g\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
          kLeft, kLeft + plot.width, plot.y(tick), plot.y(tick), kLeft - 6, plot.y(tick) + 4, tick);
    }
    std::string path;
    for (const CurvePoint& point : points_) {
      const std::optional<double> value = value_of(point);
      if (value) path += format("%.1f,%.1f ", plot.x(point.lines), plot.y(*value));
    }
    svg += format("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"", color) + path +
           "\"/>\n";
    for (int i = 0; i <= 4; ++i) {
      svg += format("<text x=\"%.1f\" y=\"%g\" text-anchor=\"middle\">%.0f</text>\n",
                    kLeft + plot.width * i / 4, top + kPanel + 16, last * i / 4);
    }
  };
  panel(kGap, "CTC loss (over lines seen)", 0.01, 10, "#1f77b4",
        [](const CurvePoint& p) { return std::optional(p.loss); });
  panel(2 * kGap + kPanel, "validation CER", 0.001, 1, "#d62728", [](const CurvePoint& p) { return p.cer; });
  svg += "</svg>\n";
  std::ofstream(svg_file, std::ios::trunc) << svg;
}

}  // namespace ocrbatch::recognizer
