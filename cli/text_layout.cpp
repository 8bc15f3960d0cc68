#include "cli/text_layout.h"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <sstream>

namespace ocrbatch::cli {

std::string wrap(const std::string& text, std::size_t indent) {
  std::string result;
  std::size_t column = indent;
  bool in_paragraph = false;
  const auto end_paragraph = [&] {
    if (in_paragraph) result += '\n';
    in_paragraph = false;
    column = 0;
  };
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with(' ')) {
      end_paragraph();
      result += line + "\n";
      continue;
    }
    std::istringstream words(line);
    for (std::string word; words >> word; in_paragraph = true) {
      if (in_paragraph && column + 1 + word.size() > kTextWidth) {
        result += "\n" + std::string(indent, ' ');
        column = indent;
      } else if (in_paragraph) {
        result += ' ';
        ++column;
      }
      result += word;
      column += word.size();
    }
  }
  end_paragraph();
  return result;
}

std::string two_columns(const std::string& left, const std::string& right, std::size_t column) {
  const std::string text = wrap(right, column);
  if (left.size() + 2 > column) return left + "\n" + std::string(column, ' ') + text;
  return left + std::string(column - left.size(), ' ') + text;
}

std::string with_thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (int place = static_cast<int>(text.size()) - 3; place > 0; place -= 3) {
    text.insert(static_cast<std::size_t>(place), ",");
  }
  return text;
}

std::string duration_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string counted(std::uint64_t number, const std::string& noun) {
  return with_thousands(number) + " " + noun + (number == 1 ? "" : "s");
}

}  // namespace ocrbatch::cli
