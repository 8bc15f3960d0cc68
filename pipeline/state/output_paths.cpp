#include "pipeline/state/output_paths.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "io/writer.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, int code) {
  throw io::OutputError("cannot write " + path.string() + ": " + std::strerror(code));
}

fs::path with(const fs::path& path, const char* ending) {
  return path.string() + ending;
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

}  // namespace

OutputPaths output_paths(const fs::path& output, const fs::path& state) {
  struct stat status {};
  const bool exists = ::stat(output.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail(output, EISDIR);
  // It will be renamed over: a file that its owner has protected must not be lost by that.
  if (exists && ::access(output.c_str(), W_OK) != 0) fail(output, errno);
  if (::stat(folder_of(output).c_str(), &status) != 0) fail(output, errno);
  std::error_code error;
  fs::path target = exists && fs::is_symlink(output, error) ? fs::canonical(output, error) : output;
  if (error) target = output;
  return {.output = target,
          .journal = with(target, ".partial"),
          .next = with(target, ".new"),
          .lock = with(target, ".lock"),
          .state = state.empty() ? with(target, ".state") : state};
}

bool can_have_state(const fs::path& output) {
  struct stat status {};
  return ::stat(output.c_str(), &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
}

void sync_folder(const fs::path& file_in_it) {
  const fs::path folder = folder_of(file_in_it);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail(folder, errno);
  // Some file systems cannot, and need not.
  const int code = ::fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP ? errno : 0;
  ::close(descriptor);
  if (code != 0) fail(folder, code);
}

}  // namespace ocrbatch::pipeline
