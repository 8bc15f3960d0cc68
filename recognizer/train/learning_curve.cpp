#include "recognizer/train/learning_curve.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "recognizer/printf_text.h"
#include "recognizer/train/curve_panel.h"
#include "recognizer/whole_file.h"

namespace ocrbatch::recognizer {
namespace {

constexpr const char* kHeader =
    "step,lines,learning_rate,loss,lines_per_second,cer,wer,validation_loss,wait_share,base_cer";

std::string to_row(const CurvePoint& p) {
  const auto optional = [](const std::optional<double>& v) { return v ? format("%.6f", *v) : std::string(); };
  return format("%lld,%llu,%.6g,%.5f,%.1f,", static_cast<long long>(p.step),
                static_cast<unsigned long long>(p.lines), p.learning_rate, p.loss, p.lines_per_second) +
         optional(p.cer) + "," + optional(p.wer) + "," + optional(p.validation_loss) + "," +
         optional(p.wait_share) + "," + optional(p.base_cer);
}

std::optional<CurvePoint> from_row(const std::string& row) {
  std::stringstream stream(row);
  std::vector<std::string> cells;
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  cells.resize(10);  // older files lack the last ones
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
    if (!cells[9].empty()) p.base_cer = std::stod(cells[9]);
    return p;
  } catch (const std::exception&) {
    return std::nullopt;  // a torn last row of a killed run
  }
}

}  // namespace

LearningCurve::LearningCurve(std::filesystem::path csv_file, std::int64_t last_step)
    : csv_file_(std::move(csv_file)) {
  std::ifstream stream(csv_file_);
  for (std::string row; std::getline(stream, row);) {
    const auto point = from_row(row);
    if (point && point->step <= last_step) points_.push_back(*point);
  }
  stream.close();
  write_whole_file(csv_file_, [this](std::ostream& fresh) {
    fresh << kHeader << "\n";
    for (const CurvePoint& point : points_) fresh << to_row(point) << "\n";
  });
}

void LearningCurve::add(const CurvePoint& point) {
  points_.push_back(point);
  std::ofstream stream(csv_file_, std::ios::app);
  stream << to_row(point) << "\n";
  if (!stream.flush()) throw WriteError(csv_file_.string() + ": cannot be written");
}

void LearningCurve::draw(const std::filesystem::path& svg_file) const {
  if (points_.empty()) return;
  constexpr double kWidth = 860, kPanel = 290;
  const auto last = static_cast<double>(std::max<std::uint64_t>(1, points_.back().lines));
  CurvePanel loss{"loss (over lines seen)", true, 0.01, 10, last, {{"", "#1f77b4", {}}}};
  CurvePanel cer{"validation CER", true, 0.001, 1, last, {{"", "#d62728", {}}, {"", "#2ca02c", {}}}};
  for (const CurvePoint& point : points_) {
    const auto lines = static_cast<double>(point.lines);
    loss.series[0].points.emplace_back(lines, point.loss);
    if (point.cer) cer.series[0].points.emplace_back(lines, *point.cer);
    if (point.base_cer) cer.series[1].points.emplace_back(lines, *point.base_cer);
  }
  if (cer.series[1].points.empty()) {
    cer.series.pop_back();
  } else {
    cer.series[0].name = "new lines";
    cer.series[1].name = "base lines";
  }
  const std::string svg =
      format(
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" "
          "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"%g\" height=\"%g\" "
          "fill=\"white\"/>\n",
          kWidth, 2 * kPanel, kWidth, 2 * kPanel) +
      draw_panel(loss, 0, kWidth, kPanel) + draw_panel(cer, kPanel, kWidth, kPanel) + "</svg>\n";
  write_whole_file(svg_file, [&](std::ostream& stream) { stream << svg; });
}

}  // namespace ocrbatch::recognizer
