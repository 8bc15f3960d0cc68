#include "recognizer/train/process_place.h"

#include <charconv>

#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
namespace {

class Environment {
 public:
  explicit Environment(const std::function<const char*(const char*)>& variable) : variable_(variable) {}

  bool has(const char* name) const { return !text(name).empty(); }
  std::string text(const char* name) const {
    const char* const value = variable_(name);
    return value == nullptr ? "" : value;
  }
  int number(const char* name, int least, int most) const {
    const std::string value = text(name);
    if (value.empty())
      throw ConfigError(std::string(name) + " is not set, though the variables beside it are");
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < least || number > most)
      throw ConfigError(std::string(name) + "=" + value + ": should be a number from " +
                        std::to_string(least) + " to " + std::to_string(most));
    return number;
  }

 private:
  const std::function<const char*(const char*)>& variable_;
};

struct Names {
  const char *rank, *processes, *local_rank;
};
constexpr Names kTorchrun{"RANK", "WORLD_SIZE", "LOCAL_RANK"};
// A batch script has these, too, though it is one process; only a run that means it says MASTER_ADDR.
constexpr Names kSlurm{"SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"};

constexpr int kMostProcesses = 65536, kMostSeconds = 30 * 24 * 3600;

}  // namespace

std::optional<ProcessPlace> find_process_place(const std::function<const char*(const char*)>& variable) {
  const Environment environment(variable);
  const bool by_slurm =
      !environment.has(kTorchrun.rank) && environment.has(kSlurm.rank) && environment.has("MASTER_ADDR");
  if (!by_slurm && !environment.has(kTorchrun.rank)) return std::nullopt;
  const Names names = by_slurm ? kSlurm : kTorchrun;
  ProcessPlace place;
  place.processes = environment.number(names.processes, 1, kMostProcesses);
  place.rank = environment.number(names.rank, 0, place.processes - 1);
  if (place.processes == 1) return std::nullopt;
  if (environment.has(names.local_rank))
    place.local_rank = environment.number(names.local_rank, 0, kMostProcesses);
  place.address = environment.text("MASTER_ADDR");
  if (place.address.empty()) throw ConfigError("MASTER_ADDR is not set: the machine that runs process 0");
  place.port = environment.number("MASTER_PORT", 1, 65535);
  if (environment.has("OCRBATCH_PEER_TIMEOUT"))
    place.timeout_s = environment.number("OCRBATCH_PEER_TIMEOUT", 1, kMostSeconds);
  return place;
}

}  // namespace ocrbatch::recognizer
