#include "recognizer/language/ngram_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "recognizer/language/ngram_model.h"
#include "recognizer/whole_file.h"

namespace ocrbatch::recognizer {
namespace {

std::uint32_t cost_of(double probability) {
  const double steps = -std::log(probability) * NgramTables::kCostSteps;
  return static_cast<std::uint32_t>(std::clamp(std::lround(steps), 0L, long{NgramTables::kMaxCost}));
}

// States in the order of their contexts' lengths: a back-off state stands before those that fall back on it.
class States {
 public:
  States(const std::vector<NgramLevel>& levels, const NgramEstimator& estimator) : levels_(levels) {
    for (std::size_t n = 0; n + 1 < levels.size(); ++n) {
      auto& level = state_of_.emplace_back(levels[n].size());
      for (std::size_t i = 0; i < level.size(); ++i)
        if (estimator.is_context(n, i)) level[i] = ++last_;
    }
  }
  std::uint32_t count() const { return last_ + 1; }

  // That of the n-gram itself, or of the longest end of it that is a context; 0 is that of no context.
  std::uint32_t of(std::size_t level, std::size_t place) const {
    for (;;) {
      if (level < state_of_.size() && state_of_[level][place] != 0) return state_of_[level][place];
      if (level == 0) return 0;
      place = levels_[level--][place].suffix;
    }
  }
  std::uint32_t back_off(std::size_t level, std::size_t place) const {
    return level == 0 ? 0 : of(level - 1, levels_[level][place].suffix);
  }

 private:
  const std::vector<NgramLevel>& levels_;
  std::vector<std::vector<std::uint32_t>> state_of_;
  std::uint32_t last_ = 0;
};

struct Arrays {
  std::vector<std::uint32_t> first_arc, back_off, arc_target;
  std::vector<std::uint16_t> arc_symbol;
};

Arrays build_arrays(const std::vector<NgramLevel>& levels, const NgramEstimator& estimator,
                    const TextSymbols& symbols, const States& states) {
  Arrays out;
  const auto add_arc = [&](std::uint16_t symbol, std::uint32_t target, double probability) {
    // Nothing follows a line's end; the same symbol as a context is a line's beginning.
    if (symbol == TextSymbols::kLineBoundary) target = 0;
    out.arc_symbol.push_back(symbol);
    out.arc_target.push_back(NgramTables::pack(target, cost_of(probability)));
  };
  out.first_arc.push_back(0);
  out.back_off.push_back(0);
  for (std::size_t symbol = 0, i = 0; symbol < static_cast<std::size_t>(symbols.count()); ++symbol) {
    const bool seen = i < levels[0].size() && levels[0][i].symbols[0] == symbol;
    add_arc(static_cast<std::uint16_t>(symbol), seen ? states.of(0, i) : 0,
            seen ? estimator.probability(0, i) : estimator.unseen_probability());
    if (seen) ++i;
  }
  // N-grams are sorted, so those of a context stand together, in the order of the contexts.
  for (std::size_t n = 1; n < levels.size(); ++n) {
    std::size_t i = 0;
    for (std::size_t context = 0; context < levels[n - 1].size(); ++context) {
      if (!estimator.is_context(n - 1, context)) continue;
      out.first_arc.push_back(static_cast<std::uint32_t>(out.arc_symbol.size()));
      out.back_off.push_back(
          NgramTables::pack(states.back_off(n - 1, context), cost_of(estimator.rest(n - 1, context))));
      while (levels[n][i].context < context) ++i;
      for (; i < levels[n].size() && levels[n][i].context == context; ++i) {
        if (estimator.kept(n, i))
          add_arc(levels[n][i].symbols[n], states.of(n, i), estimator.probability(n, i));
      }
    }
  }
  out.first_arc.push_back(static_cast<std::uint32_t>(out.arc_symbol.size()));
  return out;
}

// The context that is a line's beginning and nothing else.
std::uint32_t line_start_state(const std::vector<NgramLevel>& levels, const States& states) {
  const bool known = !levels[0].empty() && levels[0][0].symbols[0] == TextSymbols::kLineBoundary;
  return known ? states.of(0, 0) : 0;
}

template <class T>
void write_array(std::ostream& stream, const std::vector<T>& values) {
  stream.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(T)));
}

}  // namespace

std::size_t ngram_file_bytes(const std::vector<NgramLevel>& levels, const NgramEstimator& estimator,
                             const TextSymbols& symbols) {
  std::size_t states = 1, arcs = static_cast<std::size_t>(symbols.count());
  for (std::size_t n = 0; n < levels.size(); ++n) {
    for (std::size_t i = 0; i < levels[n].size(); ++i) {
      if (n > 0 && estimator.kept(n, i)) ++arcs;
      if (estimator.is_context(n, i)) ++states;
    }
  }
  return sizeof(NgramHeader) + (2 * states + 1) * sizeof(std::uint32_t) +
         arcs * (sizeof(std::uint32_t) + sizeof(std::uint16_t));
}

void write_ngram_file(const std::filesystem::path& file, const std::vector<NgramLevel>& levels,
                      const NgramEstimator& estimator, const TextSymbols& symbols) {
  const States states(levels, estimator);
  if (states.count() > NgramTables::kMaxStates) throw std::runtime_error("too many contexts for the format");
  const Arrays arrays = build_arrays(levels, estimator, symbols, states);
  NgramHeader header;
  std::memcpy(header.magic, NgramHeader::kMagic, sizeof header.magic);
  header.version = NgramHeader::kVersion;
  header.order = static_cast<std::uint32_t>(levels.size());
  header.alphabet = symbols.fingerprint();
  header.states = states.count();
  header.arcs = static_cast<std::uint32_t>(arrays.arc_symbol.size());
  header.line_start = line_start_state(levels, states);

  write_whole_file(file, [&](std::ostream& stream) {
    stream.write(reinterpret_cast<const char*>(&header), sizeof header);
    write_array(stream, arrays.first_arc);
    write_array(stream, arrays.back_off);
    write_array(stream, arrays.arc_target);
    write_array(stream, arrays.arc_symbol);
  });
}

}  // namespace ocrbatch::recognizer
