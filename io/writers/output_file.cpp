#include "io/writers/output_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace ocrbatch::io {
namespace {

[[noreturn]] void fail(const std::string& name, int code) {
  throw OutputError("cannot write " + name + ": " + std::strerror(code));
}

std::filesystem::path temporary_name(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter{0};
  return target.parent_path() /
         (".ocrbatch-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp");
}

// A file without a name, of which a killed process leaves nothing; -1 where the file system has none, or
// where it could not be named afterwards.
int open_nameless(const std::filesystem::path& folder) {
  if (::access("/proc/self/fd", X_OK) != 0) return -1;
  return ::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
}

}  // namespace

void write_fully(int file_descriptor, std::string_view data, const std::string& name) {
  while (!data.empty()) {
    const ssize_t n = ::write(file_descriptor, data.data(), data.size());
    if (n >= 0) {
      data.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN ||
               errno == EWOULDBLOCK) {  // a terminal or pipe that someone made non-blocking
      pollfd ready{file_descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno == EPIPE) {
      throw OutputClosed("the reader of " + name + " has gone");
    } else if (errno != EINTR) {
      fail(name, errno);
    }
  }
}

OutputFile::OutputFile(const std::filesystem::path& target) : target_(target) {
  struct stat status {};
  const bool exists = ::stat(target.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail(target.string(), EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {
    file_descriptor_ = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
    if (file_descriptor_ < 0) fail(target.string(), errno);
    return;
  }
  if (exists) {
    // A link stays a link: what it leads to is replaced.
    std::error_code error;
    const auto resolved = std::filesystem::canonical(target, error);
    if (!error) target_ = resolved;
    // Renaming would replace a file that its owner has protected.
    if (::access(target_.c_str(), W_OK) != 0) fail(target.string(), errno);
  }
  file_descriptor_ = open_nameless(target_.parent_path());
  nameless_ = file_descriptor_ >= 0;
  temporary_ = temporary_name(target_);
  while (file_descriptor_ <
         0) {  // the name is taken where a killed run with our process number left its file
    file_descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file_descriptor_ >= 0) break;
    if (errno != EEXIST) fail(target.string(), errno);
    temporary_ = temporary_name(target_);
  }
  // Best effort, as the file system may know no modes.
  if (exists && ::fchmod(file_descriptor_, status.st_mode & 07777) != 0) errno = 0;
}

OutputFile::~OutputFile() {
  if (file_descriptor_ < 0) return;
  ::close(file_descriptor_);
  if (!temporary_.empty() && !nameless_) ::unlink(temporary_.c_str());
}

// Gives a nameless file its temporary name: linkat cannot replace the target, rename can.
void OutputFile::name_temporary() {
  const std::string source = "/proc/self/fd/" + std::to_string(file_descriptor_);
  while (::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno != EEXIST) fail(target_.string(), errno);
    temporary_ = temporary_name(target_);
  }
  nameless_ = false;
}

void OutputFile::write(std::string_view data) {
  write_fully(file_descriptor_, data, target_.string());
}

void OutputFile::commit() {
  // Delayed "disk full" of network file systems shows here or at close().
  if (!temporary_.empty() && ::fsync(file_descriptor_) != 0 && errno != EINVAL && errno != ENOTSUP) {
    fail(target_.string(), errno);
  }
  if (nameless_) name_temporary();
  const int file_descriptor = std::exchange(file_descriptor_, -1);
  const bool closed = ::close(file_descriptor) == 0 || errno == EINTR;
  int code = closed ? 0 : errno;
  if (code == 0 && !temporary_.empty() && ::rename(temporary_.c_str(), target_.c_str()) != 0) code = errno;
  if (code == 0) return;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  fail(target_.string(), code);
}

}  // namespace ocrbatch::io
