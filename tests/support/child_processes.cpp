#include "tests/support/child_processes.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace ocrbatch::testing {
namespace {

struct Status {
  char state = 'X';
  pid_t parent = 0;
};

Status status_of(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t end_of_name = text.rfind(')');
  Status status;
  if (end_of_name != std::string::npos)
    std::sscanf(text.c_str() + end_of_name + 1, " %c %d", &status.state, &status.parent);
  return status;
}

}  // namespace

std::vector<pid_t> child_processes(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (!std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) continue;
    if (status_of(name).parent == parent) children.push_back(std::stoi(name));
  }
  return children;
}

bool is_running(pid_t process) {
  const char state = status_of(std::to_string(process)).state;
  return state != 'X' && state != 'Z';
}

}  // namespace ocrbatch::testing
