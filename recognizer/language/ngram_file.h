// Writing the automaton that NgramModel reads.
#pragma once

#include <cstddef>
#include <filesystem>

#include "recognizer/language/ngram_estimator.h"
#include "recognizer/language/text_symbols.h"

namespace ocrbatch::recognizer {

// What the file of the n-grams that are kept takes.
std::size_t ngram_file_bytes(const std::vector<NgramLevel>& levels, const NgramEstimator& estimator,
                             const TextSymbols& symbols);

// Whole or not at all. Throws WriteError.
void write_ngram_file(const std::filesystem::path& file, const std::vector<NgramLevel>& levels,
                      const NgramEstimator& estimator, const TextSymbols& symbols);

}  // namespace ocrbatch::recognizer
