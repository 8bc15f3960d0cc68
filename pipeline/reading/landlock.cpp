#include "pipeline/reading/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "io/owned_descriptor.h"

namespace ocrbatch::pipeline {
namespace {

// struct landlock_ruleset_attr as of ABI 6; older kernels are given its beginning.
struct Ruleset {
  std::uint64_t file_system = 0;
  std::uint64_t network = 0;  // from ABI 4
  std::uint64_t scoped = 0;   // from ABI 6
};

constexpr std::uint64_t kAllRightsOfAbi1 = (std::uint64_t{1} << 13) - 1;
constexpr std::uint64_t kRefer = std::uint64_t{1} << 13;        // ABI 2: move between folders
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;     // ABI 3
constexpr std::uint64_t kDeviceIoctl = std::uint64_t{1} << 15;  // ABI 5
constexpr std::uint64_t kBindAndConnectTcp = 3;
constexpr std::uint64_t kAbstractSocketsAndSignals = 3;

bool allow(int ruleset, const char* path, std::uint64_t rights) {
  const io::OwnedDescriptor place(::open(path, O_PATH | O_CLOEXEC));
  const landlock_path_beneath_attr rule{rights, place.get()};
  return place.get() >= 0 &&
         ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

}  // namespace

int allow_reading_only() {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return 0;
  Ruleset rights;
  rights.file_system = kAllRightsOfAbi1;
  std::size_t size = offsetof(Ruleset, network);
  if (abi >= 2) rights.file_system |= kRefer;
  if (abi >= 3) rights.file_system |= kTruncate;
  if (abi >= 4) {
    rights.network = kBindAndConnectTcp;
    size = offsetof(Ruleset, scoped);
  }
  if (abi >= 5) rights.file_system |= kDeviceIoctl;
  if (abi >= 6) {
    rights.scoped = kAbstractSocketsAndSignals;
    size = sizeof rights;
  }
  const io::OwnedDescriptor ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rights, size, 0)));
  const bool restricted =
      ruleset.get() >= 0 &&
      allow(ruleset.get(), "/", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR) &&
      allow(ruleset.get(), "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE) &&
      ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
  return restricted ? static_cast<int>(abi) : 0;
}

}  // namespace ocrbatch::pipeline
