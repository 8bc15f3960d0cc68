#include "pipeline/line_text.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "kernels/baseline_bend.h"
#include "recognizer/line_words.h"

namespace ocrbatch::pipeline {
namespace {

using recognizer::Character;
using recognizer::ReadWord;

std::string to_nfc(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no NFC: ") + u_errorName(status));
  const icu::UnicodeString normalized = nfc->normalize(icu::UnicodeString::fromUTF8(text), status);
  if (U_FAILURE(status))
    throw std::runtime_error(std::string("ICU cannot normalize: ") + u_errorName(status));
  std::string result;
  return normalized.toUTF8String(result);
}

float centre(const Character& character) {
  return (character.x0_px + character.x1_px) / 2;
}

// How far apart the middles of neighbouring letters of a word usually are; 0 when no word has two letters.
float usual_advance(const std::vector<ReadWord>& words) {
  std::vector<float> advances;
  for (const auto& [word, evidence] : words)
    for (std::size_t i = 1; i < word.size(); ++i) advances.push_back(centre(word[i]) - centre(word[i - 1]));
  if (advances.empty()) return 0;
  const auto middle = advances.begin() + static_cast<std::ptrdiff_t>(advances.size() / 2);
  std::nth_element(advances.begin(), middle, advances.end());
  return *middle;
}

struct Columns {
  float x0 = 0, x1 = 0;
};

std::vector<Columns> word_columns(const std::vector<ReadWord>& words, float columns) {
  const float reach = usual_advance(words) / 2;
  std::vector<Columns> result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Character &first = words[i].characters.front(), &last = words[i].characters.back();
    const float left_limit = i == 0 ? 0 : (words[i - 1].characters.back().x1_px + first.x0_px) / 2;
    const float right_limit =
        i + 1 == words.size() ? columns : (last.x1_px + words[i + 1].characters.front().x0_px) / 2;
    result.push_back({std::max(left_limit, std::min(first.x0_px, centre(first) - reach)),
                      std::min(right_limit, std::max(last.x1_px, centre(last) + reach))});
  }
  return result;
}

// The line's band on the page between two columns of the prepared line.
class Band {
 public:
  Band(const cv::Matx23f& to_page, const kernels::LineGeometry& geometry)
      : to_page_(to_page),
        geometry_(geometry),
        bend_(geometry),
        along_(geometry.baseline_end - geometry.baseline_start) {
    const float length = std::hypot(along_.x, along_.y);
    along_ = length > 0 ? along_ / length : cv::Point2f(1, 0);
  }

  io::Box box(const Columns& columns) const {
    const cv::Point2f up(along_.y, -along_.x);
    const cv::Point2f a = on_baseline(columns.x0), b = on_baseline(columns.x1);
    const cv::Point2f above = up * geometry_.ascent_px, below = up * geometry_.descent_px;
    const auto [left, right] = std::minmax({a.x + above.x, a.x - below.x, b.x + above.x, b.x - below.x});
    const auto [top, bottom] = std::minmax({a.y + above.y, a.y - below.y, b.y + above.y, b.y - below.y});
    // A hundredth of a pixel of arithmetic noise must not add a pixel.
    constexpr float kNoise = 0.01F;
    return {static_cast<int>(std::floor(left + kNoise)), static_cast<int>(std::floor(top + kNoise)),
            static_cast<int>(std::ceil(right - kNoise)), static_cast<int>(std::ceil(bottom - kNoise))};
  }

 private:
  cv::Point2f on_baseline(float column) const {
    const cv::Vec2f mapped = to_page_ * cv::Vec3f(column, 0, 1);
    const cv::Point2f from_start = cv::Point2f(mapped[0], mapped[1]) - geometry_.baseline_start;
    const cv::Point2f straight = geometry_.baseline_start + along_ * from_start.dot(along_);
    return {straight.x, straight.y + bend_.at(straight.x)};
  }

  const cv::Matx23f to_page_;
  const kernels::LineGeometry geometry_;
  const kernels::BaselineBend bend_;
  cv::Point2f along_;
};

}  // namespace

void set_line_text(io::Line& line, const recognizer::Hypothesis& hypothesis, int columns,
                   const cv::Matx23f& to_page, const kernels::LineGeometry& geometry, int page_width_px,
                   int page_height_px, const recognizer::ConfidenceCalibration& calibration) {
  line.text.clear();
  line.words.clear();
  line.confidence = 0;
  const auto words = recognizer::split_words(hypothesis.characters);
  const auto extents = word_columns(words, static_cast<float>(columns));
  const Band band(to_page, geometry);
  double confidence_sum = 0;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    io::Word word;
    for (const Character& character : words[i].characters) {
      word.text += character.text;
      confidence_sum += std::clamp<double>(character.confidence, 0, 1);
    }
    characters += words[i].characters.size();
    word.text = to_nfc(word.text);
    word.confidence = calibration(words[i].evidence);
    word.bbox = io::clip(band.box(extents[i]), page_width_px, page_height_px);
    if (!line.text.empty()) line.text += ' ';
    line.text += word.text;
    line.words.push_back(std::move(word));
  }
  if (characters > 0) line.confidence = confidence_sum / static_cast<double>(characters);
}

}  // namespace ocrbatch::pipeline
