#include "pipeline/reading/sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "pipeline/reading/landlock.h"
#include "pipeline/reading/system_call_filter.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OCRBATCH_SANITIZED 1
#else
#define OCRBATCH_SANITIZED 0
#endif

namespace ocrbatch::pipeline {
namespace {

void set_limit(__rlimit_resource resource, rlim_t soft, rlim_t hard, const char* name) {
  rlimit present{};
  ::getrlimit(resource, &present);
  // Whoever started us may have set less, and only root may go beyond that.
  const rlimit limit{std::min(soft, present.rlim_max), std::min(hard, present.rlim_max)};
  if (::setrlimit(resource, &limit) != 0) throw std::system_error(errno, std::generic_category(), name);
}

std::uint64_t address_space_bytes() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::string SandboxReport::text() const {
  std::string text = system_calls ? "system calls filtered" : "no filter of system calls";
  return text + (file_system > 0 ? ", files read-only (Landlock " + std::to_string(file_system) + ")"
                                 : ", no Landlock");
}

SandboxReport enter_sandbox(const SandboxLimits& limits) {
  set_limit(RLIMIT_CORE, 0, 0, "RLIMIT_CORE");
  set_limit(RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes, "RLIMIT_FSIZE");
  if (limits.memory_bytes > 0 && !OCRBATCH_SANITIZED) {
    // The address space counts shared memory, too, which RLIMIT_DATA would not.
    const rlim_t bytes = address_space_bytes() + limits.memory_bytes;
    set_limit(RLIMIT_AS, bytes, bytes, "RLIMIT_AS");
  }
  SandboxReport report;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return report;
  report.file_system = allow_reading_only();
  report.system_calls = filter_system_calls();
  return report;
}

void allow_cpu_seconds(std::uint32_t seconds) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto so_far = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
  rlimit limit{};
  ::getrlimit(RLIMIT_CPU, &limit);
  limit.rlim_cur = std::min<rlim_t>(so_far + seconds + 2, limit.rlim_max);  // both are rounded
  ::setrlimit(RLIMIT_CPU, &limit);
}

SandboxReport probe_sandbox() {
  SandboxReport report;
  int ends[2];
  if (::pipe(ends) != 0) return report;
  const pid_t child = ::fork();
  if (child == 0) {
    SandboxReport found;
    try {
      found = enter_sandbox({});
    } catch (const std::exception&) {
    }
    const int facts[] = {found.system_calls, found.file_system};
    ::_exit(::write(ends[1], facts, sizeof facts) == sizeof facts ? 0 : 1);
  }
  ::close(ends[1]);
  int facts[2] = {};
  if (child > 0 && ::read(ends[0], facts, sizeof facts) == sizeof facts)
    report = {.system_calls = facts[0] != 0, .file_system = facts[1]};
  ::close(ends[0]);
  if (child > 0) ::waitpid(child, nullptr, 0);
  return report;
}

}  // namespace ocrbatch::pipeline
