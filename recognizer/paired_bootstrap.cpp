#include "recognizer/paired_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace ocrbatch::recognizer {
namespace {

struct Sums {
  std::uint64_t old_errors = 0, new_errors = 0, characters = 0;

  void add(const PairedLine& line) {
    old_errors += line.old_errors;
    new_errors += line.new_errors;
    characters += line.characters;
  }
  double cer(std::uint64_t errors) const {
    return characters == 0 ? 0.0 : static_cast<double>(errors) / static_cast<double>(characters);
  }
};

}  // namespace

CerChange paired_bootstrap(const std::vector<PairedLine>& lines, int resamples, std::uint64_t seed) {
  Sums all;
  for (const PairedLine& line : lines) all.add(line);
  CerChange change{all.cer(all.old_errors), all.cer(all.new_errors)};
  if (all.characters == 0) return change;

  // std::uniform_int_distribution differs between standard libraries; the remainder's bias at 64 bits is
  // none.
  std::mt19937_64 random(seed);
  std::vector<double> differences(static_cast<std::size_t>(resamples));
  for (double& one : differences) {
    Sums drawn;
    for (std::size_t i = 0; i < lines.size(); ++i) drawn.add(lines[random() % lines.size()]);
    one = drawn.cer(drawn.new_errors) - drawn.cer(drawn.old_errors);
  }
  std::sort(differences.begin(), differences.end());
  // Outwards to the next one drawn: few resamples give a wider interval, never a narrower one.
  const double last = static_cast<double>(differences.size() - 1);
  change.low = differences[static_cast<std::size_t>(std::floor(0.025 * last))];
  change.high = differences[static_cast<std::size_t>(std::ceil(0.975 * last))];
  return change;
}

}  // namespace ocrbatch::recognizer
