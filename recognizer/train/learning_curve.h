// The record of a training run: a CSV to compute with and an SVG to look at.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace ocrbatch::recognizer {

struct CurvePoint {
  std::int64_t step = 0;
  std::uint64_t lines = 0;  // seen so far
  double learning_rate = 0, loss = 0, lines_per_second = 0;
  std::optional<double> cer, wer, validation_loss;  // on the validation lines, where measured at this step
  std::optional<double> wait_share = {};  // of the time since the last point: waiting for lines; 0 to 1
  std::optional<double> base_cer = {};    // on lines of what the base model could read
};

class LearningCurve {
 public:
  // Goes on with the points of an earlier run up to `last_step` (a resumed run drops what came after its
  // checkpoint).
  LearningCurve(std::filesystem::path csv_file, std::int64_t last_step);
  void add(const CurvePoint& point);  // appends to the CSV
  void draw(const std::filesystem::path& svg_file) const;
  const std::vector<CurvePoint>& points() const { return points_; }

 private:
  std::filesystem::path csv_file_;
  std::vector<CurvePoint> points_;
};

}  // namespace ocrbatch::recognizer
