#include "recognizer/language/ngram_model.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {
namespace {

template <class T>
std::span<const T> take(const char*& at, std::size_t count) {
  const std::span<const T> out(reinterpret_cast<const T*>(at), count);
  at += out.size_bytes();
  return out;
}

}  // namespace

std::unique_ptr<const NgramModel> NgramModel::open(const std::filesystem::path& file,
                                                   const Alphabet& alphabet) try {
  return std::unique_ptr<const NgramModel>(new NgramModel(file, alphabet));
} catch (const std::exception& error) {
  throw ModelError(file.string() + ": " + error.what());
}

NgramModel::NgramModel(const std::filesystem::path& file, const Alphabet& alphabet) : symbols_(alphabet) {
  map(file);
  try {
    check();
  } catch (...) {
    ::munmap(const_cast<void*>(mapping_),
             mapped_bytes_);  // no destructor runs after a constructor that threw
    throw;
  }
}

NgramModel::~NgramModel() {
  ::munmap(const_cast<void*>(mapping_), mapped_bytes_);
}

void NgramModel::map(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw std::runtime_error("cannot be read");
  struct stat status {};
  ::fstat(descriptor, &status);
  mapped_bytes_ = static_cast<std::size_t>(status.st_size);
  void* const mapping =
      mapped_bytes_ < sizeof(NgramHeader)
          ? MAP_FAILED
          : ::mmap(nullptr, mapped_bytes_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
  ::close(descriptor);
  if (mapping == MAP_FAILED) throw std::runtime_error("not an n-gram file, or truncated");
  mapping_ = mapping;
  std::memcpy(&header_, mapping_, sizeof header_);
  const char* at = static_cast<const char*>(mapping_) + sizeof header_;
  const std::size_t wanted = sizeof header_ + (2 * std::size_t{header_.states} + 1) * sizeof(std::uint32_t) +
                             std::size_t{header_.arcs} * (sizeof(std::uint32_t) + sizeof(std::uint16_t));
  if (wanted != mapped_bytes_) header_.states = header_.arcs = 0;  // check() complains
  tables_.first_arc = take<std::uint32_t>(at, header_.states + 1);
  tables_.back_off = take<std::uint32_t>(at, header_.states);
  tables_.arc_target = take<std::uint32_t>(at, header_.arcs);
  tables_.arc_symbol = take<std::uint16_t>(at, header_.arcs);
}

// After this no lookup can leave the arrays or run for ever.
void NgramModel::check() const {
  if (std::memcmp(header_.magic, NgramHeader::kMagic, sizeof header_.magic) != 0)
    throw std::runtime_error("not an n-gram file");
  if (header_.version != NgramHeader::kVersion) {
    throw std::runtime_error("n-gram file of version " + std::to_string(header_.version) +
                             ", this program reads " + std::to_string(NgramHeader::kVersion));
  }
  if (header_.alphabet != symbols_.fingerprint())
    throw std::runtime_error("was made for another alphabet than the model's");
  const auto damaged = [](bool holds) {
    if (!holds) throw std::runtime_error("damaged n-gram file");
  };
  const auto symbols = static_cast<std::uint32_t>(symbols_.count());
  damaged(header_.states > 0 && header_.states <= NgramTables::kMaxStates && header_.arcs >= symbols &&
          header_.line_start < header_.states);
  damaged(tables_.first_arc[0] == 0 && tables_.first_arc[header_.states] == header_.arcs &&
          tables_.first_arc[1] == symbols);
  for (std::uint32_t s = 0; s < header_.states; ++s) {
    damaged(tables_.first_arc[s] <= tables_.first_arc[s + 1]);
    damaged(s == 0 || NgramTables::state_of(tables_.back_off[s]) < s);
    for (std::uint32_t a = tables_.first_arc[s]; a < std::min(tables_.first_arc[s + 1], header_.arcs); ++a) {
      damaged(NgramTables::state_of(tables_.arc_target[a]) < header_.states);
      damaged(a == tables_.first_arc[s] || tables_.arc_symbol[a - 1] < tables_.arc_symbol[a]);
    }
  }
  for (std::uint32_t a = 0; a < symbols; ++a) damaged(tables_.arc_symbol[a] == a);
}

NgramModel::Step NgramModel::step_by_symbol(State state, std::uint16_t symbol) const {
  float log_probability = 0;
  while (state != 0) {
    const std::uint16_t* const begin = tables_.arc_symbol.data() + tables_.first_arc[state];
    const std::uint16_t* const end = tables_.arc_symbol.data() + tables_.first_arc[state + 1];
    const std::uint16_t* const found = std::lower_bound(begin, end, symbol);
    if (found != end && *found == symbol) {
      const std::uint32_t arc =
          tables_.arc_target[static_cast<std::size_t>(found - tables_.arc_symbol.data())];
      return {NgramTables::state_of(arc), log_probability + NgramTables::log_probability_of(arc)};
    }
    log_probability += NgramTables::log_probability_of(tables_.back_off[state]);
    state = NgramTables::state_of(tables_.back_off[state]);
  }
  const std::uint32_t arc = tables_.arc_target[symbol];
  return {NgramTables::state_of(arc), log_probability + NgramTables::log_probability_of(arc)};
}

}  // namespace ocrbatch::recognizer
