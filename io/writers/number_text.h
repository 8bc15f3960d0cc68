// Numbers as the output formats write them: the shortest text of the rounded value, the same on every
// machine.
#pragma once

#include <charconv>
#include <cmath>
#include <string>

namespace ocrbatch::io {

// "0.97", "300", "-3.5": rounded to so many decimals, without trailing zeros; what is not a number counts as
// 0.
inline std::string number_text(double value, int decimals) {
  if (!std::isfinite(value)) value = 0;
  char text[400];  // the longest double in fixed notation has 309 digits before the point
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals).ptr;
  std::string out(text, end);
  if (decimals > 0) {
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
  }
  return out == "-0" ? "0" : out;
}

}  // namespace ocrbatch::io
