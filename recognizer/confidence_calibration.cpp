#include "recognizer/confidence_calibration.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "recognizer/model_description.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
namespace {

constexpr const char* kKey = "confidence";

// The last floats below 1 are farther out.
constexpr double kMostLogOdds = 16;

double log_odds(double probability) {
  return std::clamp(std::log(probability) - std::log1p(-probability), -kMostLogOdds, kMostLogOdds);
}

double probability_of(double log_odds) {
  return 1 / (1 + std::exp(-log_odds));
}

// Short numbers come back from JSON as they were written.
double rounded(double value) {
  return std::round(value * 1e4) / 1e4;
}

struct Line {
  double slope = 0, offset = 0;
};

// Logistic regression of "right" on the log-odds of confidences, over targets a little within 0 and 1, as
// Platt has them, so that words all of which can be told apart give no infinite slope.
class Regression {
 public:
  Regression(std::span<const WordOutcome> words, std::size_t right, std::size_t wrong) {
    const double target_right = (static_cast<double>(right) + 1) / (static_cast<double>(right) + 2);
    const double target_wrong = 1 / (static_cast<double>(wrong) + 2);
    for (const WordOutcome& word : words)
      points_.push_back({log_odds(word.confidence), word.right ? target_right : target_wrong});
  }

  // Mean negative logarithm of the likelihood.
  double loss(const Line& line) const {
    double sum = 0;
    for (const Point& point : points_) {
      const double y = line.slope * point.x + line.offset;
      sum += std::max(y, 0.0) + std::log1p(std::exp(-std::abs(y))) - point.target * y;
    }
    return sum / static_cast<double>(points_.size());
  }

  // To be subtracted from the line.
  Line newton_step(const Line& line) const {
    constexpr double kRidge = 1e-9;  // keeps the system solvable where all confidences are equal
    double slope = 0, offset = 0, a = kRidge, b = 0, c = kRidge;
    for (const Point& point : points_) {
      const double p = probability_of(line.slope * point.x + line.offset), weight = p * (1 - p);
      slope += (p - point.target) * point.x;
      offset += p - point.target;
      a += weight * point.x * point.x;
      b += weight * point.x;
      c += weight;
    }
    const double determinant = a * c - b * b;
    return {(c * slope - b * offset) / determinant, (a * offset - b * slope) / determinant};
  }

 private:
  struct Point {
    double x, target;
  };
  std::vector<Point> points_;
};

ConfidenceCalibration read_calibration(const boost::json::value& value, const std::string& path) {
  ConfidenceCalibration calibration;
  StrictObject object(value, path);
  object.read("temperature", calibration.temperature);
  object.read("offset", calibration.offset);
  object.finish();
  object.require(calibration.temperature > 0 && calibration.temperature <= 1000, "temperature",
                 "more than 0 and at most 1000");
  object.require(std::abs(calibration.offset) <= 1000, "offset", "from -1000 to 1000");
  return calibration;
}

}  // namespace

double ConfidenceCalibration::operator()(double evidence) const {
  return changes_nothing() ? evidence : probability_of(log_odds(evidence) / temperature + offset);
}

// Newton's method from a flat line on, each step halved until it helps.
std::optional<ConfidenceCalibration> fit_calibration(std::span<const WordOutcome> words) {
  const auto right = static_cast<std::size_t>(std::ranges::count(words, true, &WordOutcome::right));
  const std::size_t wrong = words.size() - right;
  if (right < kLeastOutcomes || wrong < kLeastOutcomes) return std::nullopt;
  const Regression regression(words, right, wrong);
  Line line{0, std::log(static_cast<double>(right) / static_cast<double>(wrong))};
  constexpr int kSteps = 100;
  constexpr double kGain = 1e-12;
  for (int step = 0; step < kSteps; ++step) {
    const double loss = regression.loss(line);
    const Line towards = regression.newton_step(line);
    Line next = line;
    double gain = 0;
    for (double length = 1; length > 1e-6; length /= 2) {
      next = {line.slope - length * towards.slope, line.offset - length * towards.offset};
      gain = loss - regression.loss(next);
      if (gain > 0) break;
    }
    if (!(gain > kGain)) break;
    line = next;
  }
  // A falling line would say that sure words are the wrong ones.
  constexpr double kFlat = 1e-3;
  if (!(line.slope > kFlat) || !std::isfinite(line.offset)) return std::nullopt;
  return ConfidenceCalibration{rounded(1 / line.slope), rounded(line.offset)};
}

std::vector<WordOutcome> calibrated(std::span<const WordOutcome> words,
                                    const ConfidenceCalibration& calibration) {
  std::vector<WordOutcome> out(words.begin(), words.end());
  for (WordOutcome& word : out) word.confidence = calibration(word.confidence);
  return out;
}

ConfidenceCalibrations read_confidence_calibrations(const boost::json::value& value) {
  ConfidenceCalibrations calibrations;
  StrictObject object(value, kKey);
  for (const auto& [decoder, calibration] :
       {std::pair{"greedy", &calibrations.greedy}, {"beam", &calibrations.beam}}) {
    if (const boost::json::value* found = object.find(decoder))
      *calibration = read_calibration(*found, object.path_of(decoder));
  }
  object.finish();
  return calibrations;
}

boost::json::object to_json(const ConfidenceCalibration& calibration) {
  return {{"temperature", calibration.temperature}, {"offset", calibration.offset}};
}

boost::json::object to_json(const ConfidenceCalibrations& calibrations) {
  return {{"greedy", to_json(calibrations.greedy)}, {"beam", to_json(calibrations.beam)}};
}

void set_confidence_calibrations(const std::filesystem::path& model_folder,
                                 const ConfidenceCalibrations& calibrations) {
  set_model_key(model_folder, kKey, to_json(calibrations));
}

}  // namespace ocrbatch::recognizer
