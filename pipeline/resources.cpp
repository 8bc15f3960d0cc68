#include "pipeline/resources.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <string>

namespace ocrbatch::pipeline {
namespace {

// Calls `look` on each folder from this process's cgroup (version 2) up to the root: a limit may stand on any
// level.
void for_each_cgroup(const std::function<void(const std::filesystem::path&)>& look) {
  std::ifstream membership("/proc/self/cgroup");
  for (std::string line; std::getline(membership, line);) {
    if (!line.starts_with("0::/")) continue;
    for (std::filesystem::path below = line.substr(4);; below = below.parent_path()) {
      look("/sys/fs/cgroup" / below);
      if (below.empty()) return;
    }
  }
}

template <class T>
std::optional<T> read_number(const std::filesystem::path& file) {
  T value;
  if (std::ifstream stream(file); stream >> value) return value;
  return std::nullopt;
}

// Cores that the quota is worth; infinity without one.
double cgroup_cores() {
  double cores = std::numeric_limits<double>::infinity();
  const auto take = [&](std::optional<double> quota, std::optional<double> period) {
    if (quota && period && *quota > 0 && *period > 0) cores = std::min(cores, *quota / *period);
  };
  for_each_cgroup([&](const std::filesystem::path& folder) {
    double quota = 0, period = 0;  // "max 100000" when there is no quota: then reading the number fails
    if (std::ifstream stream(folder / "cpu.max"); stream >> quota >> period) take(quota, period);
  });
  const std::filesystem::path version1 = "/sys/fs/cgroup/cpu";
  take(read_number<double>(version1 / "cpu.cfs_quota_us"),
       read_number<double>(version1 / "cpu.cfs_period_us"));
  return cores;
}

}  // namespace

int available_cores() {
  double cores = std::max(1L, sysconf(_SC_NPROCESSORS_ONLN));
  cpu_set_t set;
  // Fails on machines with more cores than cpu_set_t counts; the number of cores online then stands.
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
  return std::max(1, static_cast<int>(std::ceil(std::min(cores, cgroup_cores()))));
}

std::uint64_t available_memory_bytes() {
  std::uint64_t bytes =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  for_each_cgroup([&](const std::filesystem::path& folder) {
    if (const auto limit = read_number<std::uint64_t>(folder / "memory.max")) bytes = std::min(bytes, *limit);
  });
  if (const auto limit = read_number<std::uint64_t>("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
    bytes = std::min(bytes, *limit);
  return bytes;
}

std::string machine_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::uint64_t default_page_memory_bytes() {
  return std::min<std::uint64_t>(available_memory_bytes() / 4, std::uint64_t{2} << 30);
}

}  // namespace ocrbatch::pipeline
