#include "pipeline/state/output_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "io/writer.h"

namespace ocrbatch::pipeline {
namespace {

// One line, so that it can stand in a message.
std::string holder_text(const std::string& command) {
  std::array<char, 256> host{}, time{};
  ::gethostname(host.data(), host.size() - 1);
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  std::strftime(time.data(), time.size(), "%Y-%m-%d %H:%M:%S %z", &local);
  std::string text = "process " + std::to_string(::getpid()) + " on " + host.data() + " since " +
                     time.data() + ": " + command;
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::string read_holder(int file_descriptor) {
  std::array<char, 1024> text{};
  const ssize_t n = ::pread(file_descriptor, text.data(), text.size(), 0);
  std::string holder(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  holder.resize(std::min(holder.find('\n'), holder.size()));
  return holder.empty() ? "a process that has just begun" : holder;
}

bool is_at(int file_descriptor, const std::filesystem::path& path) {
  struct stat open {
  }, there{};
  return ::fstat(file_descriptor, &open) == 0 && ::stat(path.c_str(), &there) == 0 &&
         open.st_ino == there.st_ino && open.st_dev == there.st_dev;
}

}  // namespace

OutputLock::OutputLock(const std::filesystem::path& file, const std::filesystem::path& output,
                       const std::string& command)
    : file_(file) {
  const auto fail = [&](int code) {
    if (file_descriptor_ >= 0) ::close(file_descriptor_);
    throw io::OutputError("cannot write " + output.string() +
                          ": no lock file beside it: " + std::strerror(code));
  };
  // Whoever held it may remove the name between our open and our flock: then we hold a file that nobody else
  // will find, and begin again.
  for (;;) {
    file_descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file_descriptor_ < 0) fail(errno);
    if (::flock(file_descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) fail(errno);
      const std::string holder = read_holder(file_descriptor_);
      ::close(file_descriptor_);
      throw LockedError(output.string() + " is being written by another run (" + holder + ")");
    }
    if (is_at(file_descriptor_, file)) break;
    ::close(file_descriptor_);
  }
  // Best effort: on a full disk the lock holds all the same.
  const std::string text = holder_text(command) + "\n";
  if (::ftruncate(file_descriptor_, 0) != 0 || ::pwrite(file_descriptor_, text.data(), text.size(), 0) < 0)
    errno = 0;
}

OutputLock::~OutputLock() {
  ::unlink(file_.c_str());  // while we hold it: so nobody else's is removed
  ::close(file_descriptor_);
}

}  // namespace ocrbatch::pipeline
