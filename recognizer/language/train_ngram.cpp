#include "recognizer/language/train_ngram.h"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <stdexcept>

#include "recognizer/language/ngram_file.h"
#include "recognizer/language/ngram_model.h"
#include "recognizer/language/printed_lines.h"

namespace ocrbatch::recognizer {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLineWidth = 64;        // characters, as in a book
constexpr std::size_t kHeldOutEvery = 50;     // lines
constexpr std::size_t kInCapitalsEvery = 12;  // paragraphs, added once more as headings are set

std::vector<fs::path> text_files(const NgramJob& job) try {
  std::vector<fs::path> files;
  const auto add = [&](const fs::path& file) {
    const std::string name = file.filename().string();
    const bool excluded = std::any_of(job.exclude.begin(), job.exclude.end(), [&](const std::string& glob) {
      return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
    });
    if (!excluded) files.push_back(file);
  };
  for (const fs::path& path : job.text) {
    if (!fs::exists(path)) throw std::runtime_error(path.string() + ": no such file or folder");
    if (!fs::is_directory(path)) {
      add(path);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file() && entry.path().extension() == ".txt") add(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) throw std::runtime_error("no text was found");
  return files;
} catch (const fs::filesystem_error& error) {
  throw std::runtime_error(error.what());  // of a folder that cannot be listed
}

// Lines as labels, to learn from and to measure on.
struct Lines {
  std::vector<std::vector<int>> learn, held_out;
  std::size_t seen = 0;
};

void add_paragraph(const std::string& text, const Alphabet& alphabet, Lines& lines, NgramReport& report) {
  std::vector<std::string> unknown;
  for (const std::string& line : printed_lines(text, kLineWidth)) {
    std::vector<int> labels = alphabet.encode(line, &unknown);
    if (labels.empty()) continue;
    report.characters += labels.size();
    ++report.lines;
    (++lines.seen % kHeldOutEvery == 0 ? lines.held_out : lines.learn).push_back(std::move(labels));
  }
  report.unknown_characters += unknown.size();
}

Lines read_lines(const NgramJob& job, const Alphabet& alphabet, NgramReport& report) {
  Lines lines;
  std::size_t paragraphs = 0;
  for (const fs::path& file : text_files(job)) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
    ++report.files;
    for (std::string paragraph; std::getline(stream, paragraph);) {
      const std::string text = to_nfc(paragraph);
      add_paragraph(text, alphabet, lines, report);
      if (++paragraphs % kInCapitalsEvery == 0)
        add_paragraph(to_nfc(in_capitals(text)), alphabet, lines, report);
    }
  }
  if (lines.learn.empty()) throw std::runtime_error("the texts have no character of the alphabet");
  return lines;
}

std::vector<SymbolLine> to_symbols(const std::vector<std::vector<int>>& lines, const TextSymbols& symbols) {
  std::vector<SymbolLine> out;
  for (const auto& line : lines) {
    SymbolLine& one = out.emplace_back();
    for (const int label : line) one.push_back(symbols.of(label));
  }
  return out;
}

// Bisection: the file shrinks as the gain asked for grows.
void prune_to(std::size_t max_bytes, const std::vector<NgramLevel>& levels, const TextSymbols& symbols,
              NgramEstimator& estimator) {
  if (ngram_file_bytes(levels, estimator, symbols) <= max_bytes) return;
  constexpr int kRounds = 20;
  double too_little = 0, enough = 1e7;
  for (int round = 0; round < kRounds; ++round) {
    const double between = std::sqrt((too_little + 1e-3) * enough);
    estimator.prune(between);
    (ngram_file_bytes(levels, estimator, symbols) <= max_bytes ? enough : too_little) = between;
  }
  estimator.prune(enough);
}

double bits_per_character(const NgramModel& model, const std::vector<std::vector<int>>& lines) {
  double log_probability = 0;
  std::size_t characters = 0;
  for (const auto& line : lines) {
    NgramModel::State state = model.line_start();
    for (const int label : line) {
      const NgramModel::Step step = model.step(state, label);
      log_probability += step.log_probability;
      state = step.next;
    }
    log_probability += model.line_end_log_probability(state);
    characters += line.size() + 1;
  }
  return characters == 0 ? 0 : -log_probability / std::numbers::ln2 / static_cast<double>(characters);
}

}  // namespace

NgramReport train_ngram(const NgramJob& job, const Alphabet& alphabet, const fs::path& file) {
  NgramReport report;
  const TextSymbols symbols(alphabet);
  Lines lines = read_lines(job, alphabet, report);
  const std::vector<NgramLevel> levels = count_ngrams(to_symbols(lines.learn, symbols), job.order);
  NgramEstimator estimator(levels, symbols.different());
  prune_to(job.max_bytes, levels, symbols, estimator);
  fs::create_directories(file.parent_path());
  write_ngram_file(file, levels, estimator, symbols);
  const auto model = NgramModel::open(file, alphabet);
  report.ngrams = model->ngrams();
  report.bytes = fs::file_size(file);
  report.bits_per_character = bits_per_character(*model, lines.held_out);
  return report;
}

}  // namespace ocrbatch::recognizer
