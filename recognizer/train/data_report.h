// What is wrong with labelled lines, found before the first step instead of somewhere in the run.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "recognizer/alphabet.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::recognizer {

enum class DataProblem {
  kUnreadable,     // get() failed: the image or its ground truth cannot be read
  kEmptyLabel,     // no text, or none in the alphabet
  kTooShort,       // the network cannot align the label with so narrow a line
  kUnknownLetter,  // characters outside the alphabet: they are left out of the label, the line stays
  kDuplicate,      // a validation line that is a training line, too: it stays
};
inline constexpr int kDataProblems = 5;
const char* data_problem_name(DataProblem problem);  // "unreadable", "empty_label", ...

struct DataFinding {
  DataProblem problem;
  std::string source;  // as named on the command line
  std::string line;    // the line's name, or why it cannot be read
  std::string text;    // the label
};

// Least, middle and largest: the 1st, 50th and 99th percentile, and the largest.
using Spread = std::array<std::int64_t, 4>;

struct SourceReport {
  std::string source;
  bool validation = false, sample = false;  // `sample`: the first lines of an endless source
  std::uint64_t lines = 0;                  // looked at
  std::array<std::uint64_t, kDataProblems> problems{};
  Spread widths_px{}, characters{};
  std::vector<std::uint64_t> usable;  // indices of the lines that can be trained on
  std::vector<std::uint64_t> readable;
};

struct UnknownCharacter {
  std::uint64_t count = 0;
  std::string example, line;  // a label that has it, and the line's name
};

// Looks at sources one by one, training lines first.
//   DataCheck check(alphabet, can_align, threads);
//   SourceReport report = check.look_at(lines, "my/lines", false);
class DataCheck {
 public:
  static constexpr std::uint64_t kSampleLines = 500;  // of an endless source

  // Whether the network can be trained to read these labels in a line of that width. Called from several
  // threads.
  using CanAlign = std::function<bool(int width_px, const std::vector<int>& labels)>;

  DataCheck(Alphabet alphabet, CanAlign can_align, int threads);

  // `should_stop` is asked between lines, from several threads; when it says so, the report is empty.
  SourceReport look_at(const LineSource& lines, const std::string& name, bool validation,
                       const std::function<bool()>& should_stop = {});

  // In the order in which they were found: sources, then lines.
  const std::vector<DataFinding>& findings() const { return findings_; }
  const std::map<std::string, UnknownCharacter>& unknown_characters() const { return unknown_; }

 private:
  struct Seen;
  Seen see(const LineSource& lines, std::uint64_t index) const;
  void add(const Seen& seen, std::uint64_t index, SourceReport& report);

  const Alphabet alphabet_;
  const CanAlign can_align_;
  const int threads_;
  std::vector<DataFinding> findings_;
  std::map<std::string, UnknownCharacter> unknown_;
  std::map<std::uint64_t, std::string> training_pixels_;  // hash of a training line's pixels, and its name
};

}  // namespace ocrbatch::recognizer
