// Where training and validation lines come from.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <string>

namespace ocrbatch::recognizer {

struct LabeledLine {
  cv::Mat pixels;    // CV_8UC1, prepared by kernels::prepare_line
  std::string text;  // UTF-8, NFC
  std::string name;  // where it came from, for reports
};

// A numbered collection of lines. get(i) depends on i (and the source's seed) alone and is thread-safe, so
// workers may fetch in any order and a resumed run continues with the very next line.
class LineSource {
 public:
  virtual ~LineSource() = default;
  virtual std::optional<std::uint64_t> size() const = 0;  // empty: endless (synthetic)
  virtual LabeledLine get(std::uint64_t index) const = 0;
  // get(index).text, without the pixels where that is cheaper; then it need not notice that these cannot be
  // read.
  virtual std::string text(std::uint64_t index) const { return get(index).text; }
  // Lines after which an epoch ends where the configuration does not say; 0: never.
  virtual std::uint64_t lines_per_pass() const { return size().value_or(0); }
};

}  // namespace ocrbatch::recognizer
