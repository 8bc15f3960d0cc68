#include "recognizer/train/data_report.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace ocrbatch::recognizer {
namespace {

// FNV-1a over the size and the pixels.
std::uint64_t hash_of(const cv::Mat& pixels) {
  std::uint64_t hash = 0xCBF29CE484222325;
  const auto add = [&](std::uint64_t value) { hash = (hash ^ value) * 0x100000001B3; };
  add(static_cast<std::uint64_t>(pixels.rows));
  add(static_cast<std::uint64_t>(pixels.cols));
  for (int y = 0; y < pixels.rows; ++y) {
    const uchar* row = pixels.ptr<uchar>(y);
    for (int x = 0; x < pixels.cols; ++x) add(row[x]);
  }
  return hash;
}

std::int64_t code_points(const std::string& utf8) {
  return std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

Spread spread_of(std::vector<std::int64_t> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto percentile = [&](std::size_t percent) { return values[(values.size() - 1) * percent / 100]; };
  return {percentile(1), percentile(50), percentile(99), values.back()};
}

}  // namespace

const char* data_problem_name(DataProblem problem) {
  switch (problem) {
    case DataProblem::kUnreadable:
      return "unreadable";
    case DataProblem::kEmptyLabel:
      return "empty_label";
    case DataProblem::kTooShort:
      return "too_short";
    case DataProblem::kUnknownLetter:
      return "unknown_characters";
    case DataProblem::kDuplicate:
      return "duplicate";
  }
  return "";
}

// What one line showed.
struct DataCheck::Seen {
  std::string error;  // set: nothing else is
  std::string name, text;
  std::vector<std::string> unknown;
  int width_px = 0;
  bool empty = false, alignable = true;
  std::uint64_t pixels = 0;
};

DataCheck::DataCheck(Alphabet alphabet, CanAlign can_align, int threads)
    : alphabet_(std::move(alphabet)), can_align_(std::move(can_align)), threads_(std::max(1, threads)) {}

DataCheck::Seen DataCheck::see(const LineSource& lines, std::uint64_t index) const {
  Seen seen;
  LabeledLine line;
  try {
    line = lines.get(index);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    seen.error = error.what();
    return seen;
  }
  if (line.pixels.empty()) {
    seen.error = line.name + ": has no ink that could be read";
    return seen;
  }
  const std::vector<int> labels = alphabet_.encode(line.text, &seen.unknown);
  seen.width_px = line.pixels.cols;
  seen.empty = labels.empty();
  seen.alignable = seen.empty || !can_align_ || can_align_(seen.width_px, labels);
  seen.pixels = hash_of(line.pixels);
  seen.name = std::move(line.name);
  seen.text = std::move(line.text);
  return seen;
}

void DataCheck::add(const Seen& seen, std::uint64_t index, SourceReport& report) {
  const auto found = [&](DataProblem problem, const std::string& line, const std::string& text) {
    ++report.problems[static_cast<std::size_t>(problem)];
    findings_.push_back({problem, report.source, line, text});
  };
  ++report.lines;
  if (!seen.error.empty()) {
    found(DataProblem::kUnreadable, seen.error, "");
    return;
  }
  report.readable.push_back(index);
  for (const std::string& character : seen.unknown) {
    UnknownCharacter& entry = unknown_[character];
    if (entry.count++ == 0) entry = {1, seen.text, seen.name};
  }
  if (!seen.unknown.empty()) found(DataProblem::kUnknownLetter, seen.name, seen.text);
  if (seen.empty)
    found(DataProblem::kEmptyLabel, seen.name, seen.text);
  else if (!seen.alignable)
    found(DataProblem::kTooShort, seen.name, seen.text);
  else
    report.usable.push_back(index);
  if (!report.validation)
    training_pixels_.emplace(seen.pixels, seen.name);
  else if (const auto same = training_pixels_.find(seen.pixels); same != training_pixels_.end())
    found(DataProblem::kDuplicate, seen.name + " = " + same->second, seen.text);
}

SourceReport DataCheck::look_at(const LineSource& lines, const std::string& name, bool validation,
                                const std::function<bool()>& should_stop) {
  SourceReport report;
  report.source = name;
  report.validation = validation;
  report.sample = !lines.size().has_value();
  const std::uint64_t count = lines.size().value_or(kSampleLines);
  std::vector<Seen> seen(count);
  // Neighbours come from one page, which is decoded once: each thread takes a run of lines at a time.
  constexpr std::uint64_t kRun = 32;
  std::atomic<std::uint64_t> next{0}, finished{0};
  std::atomic<bool> stop{false};
  std::exception_ptr failure;
  std::atomic_flag failed;
  const auto work = [&] {
    try {
      while (!stop) {
        const std::uint64_t begin = next.fetch_add(kRun);
        if (begin >= count) return;
        for (std::uint64_t i = begin; i < std::min(count, begin + kRun) && !stop; ++i) {
          seen[i] = see(lines, i);
          ++finished;
          if (should_stop && should_stop()) stop = true;
        }
      }
    } catch (...) {
      if (!failed.test_and_set()) failure = std::current_exception();
      stop = true;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < threads_; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  if (finished < count) return report;  // stopped: nothing is known of the source as a whole

  std::vector<std::int64_t> widths, characters;
  for (std::uint64_t i = 0; i < count; ++i) {
    add(seen[i], i, report);
    if (!seen[i].error.empty()) continue;
    widths.push_back(seen[i].width_px);
    characters.push_back(code_points(seen[i].text));
  }
  report.widths_px = spread_of(std::move(widths));
  report.characters = spread_of(std::move(characters));
  return report;
}

}  // namespace ocrbatch::recognizer
