// A character n-gram model made for lookups by the million: an automaton. A state is a context that the model
// knows continuations of; an arc is one of them, with its probability and the state it leads to. What a state
// has no arc for is looked up, at a cost, in its back-off state, the same context without its oldest
// character. The empty context has an arc for every symbol.
//
// The file is the arrays themselves, mapped into memory, so that processes share it:
//   NgramHeader
//   first_arc    uint32 x (states + 1)   arcs of state s are [first_arc[s], first_arc[s + 1]), ascending by
//   symbol back_off     uint32 x states         state in the upper 24 bits, cost in the lower 8 arc_target
//   uint32 x arcs           likewise arc_symbol   uint16 x arcs
// Little-endian. A cost is -log(p) in steps of 1 / kCostSteps, natural logarithm.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "recognizer/language/text_symbols.h"

namespace ocrbatch::recognizer {

struct NgramHeader {
  static constexpr char kMagic[8] = {'O', 'C', 'R', 'N', 'G', 'R', 'A', 'M'};
  static constexpr std::uint32_t kVersion = 2;

  char magic[8] = {};
  std::uint32_t version = 0;
  std::uint32_t order = 0;     // characters of the longest n-grams
  std::uint64_t alphabet = 0;  // TextSymbols::fingerprint()
  std::uint32_t states = 0, arcs = 0;
  std::uint32_t line_start = 0;  // the state
  std::uint32_t reserved[7] = {};
};
static_assert(sizeof(NgramHeader) == 64);

// The arrays, wherever they are.
struct NgramTables {
  static constexpr int kCostSteps = 16;
  static constexpr std::uint32_t kMaxCost = 255, kMaxStates = 1U << 24;

  static constexpr std::uint32_t pack(std::uint32_t state, std::uint32_t cost) { return state << 8 | cost; }
  static constexpr std::uint32_t state_of(std::uint32_t packed) { return packed >> 8; }
  static constexpr float log_probability_of(std::uint32_t packed) {
    return -static_cast<float>(packed & 0xFFU) / kCostSteps;
  }

  std::span<const std::uint32_t> first_arc, back_off, arc_target;
  std::span<const std::uint16_t> arc_symbol;
};

class NgramModel {
 public:
  using State = std::uint32_t;
  struct Step {
    State next = 0;
    float log_probability = 0;  // of the symbol, so of a digit: that of any digit
  };

  // Throws ModelError naming the file and what is wrong with it, a wrong alphabet included.
  static std::unique_ptr<const NgramModel> open(const std::filesystem::path& file, const Alphabet& alphabet);
  ~NgramModel();
  NgramModel(const NgramModel&) = delete;
  NgramModel& operator=(const NgramModel&) = delete;

  const TextSymbols& symbols() const { return symbols_; }
  int order() const { return static_cast<int>(header_.order); }
  std::size_t ngrams() const { return header_.arcs; }

  State line_start() const { return header_.line_start; }
  Step step(State state, int label) const { return step_by_symbol(state, symbols_.of(label)); }
  float line_end_log_probability(State state) const {
    return step_by_symbol(state, TextSymbols::kLineBoundary).log_probability;
  }

 private:
  NgramModel(const std::filesystem::path& file, const Alphabet& alphabet);
  Step step_by_symbol(State state, std::uint16_t symbol) const;
  void map(const std::filesystem::path& file);
  void check() const;

  TextSymbols symbols_;
  const void* mapping_ = nullptr;
  std::size_t mapped_bytes_ = 0;
  NgramHeader header_;
  NgramTables tables_;
};

}  // namespace ocrbatch::recognizer
