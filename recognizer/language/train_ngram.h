// From texts to an n-gram file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "recognizer/alphabet.h"

namespace ocrbatch::recognizer {

struct NgramJob {
  std::vector<std::filesystem::path> text;  // files, and folders whose *.txt are taken, in any depth
  std::vector<std::string> exclude;         // globs on the names of files that are not
  int order = 6;                            // characters of the longest n-grams, at most kMaxNgramOrder
  std::size_t max_bytes = 4'000'000;  // n-grams that gain least are left out until the file is that small
};

struct NgramReport {
  std::size_t files = 0, lines = 0, characters = 0;  // counted
  std::size_t unknown_characters = 0;                // not in the alphabet, left out
  std::size_t ngrams = 0, bytes = 0;
  double bits_per_character = 0;  // on lines that were held out, 1 in 50
};

// Creates the file's folder where there is none. Throws std::runtime_error when a text cannot be read or
// there is none, WriteError or std::filesystem::filesystem_error when the file cannot be written.
NgramReport train_ngram(const NgramJob& job, const Alphabet& alphabet, const std::filesystem::path& file);

}  // namespace ocrbatch::recognizer
