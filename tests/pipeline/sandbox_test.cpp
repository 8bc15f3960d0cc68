// What a process in the sandbox can do, seen from inside: each attempt in a process of its own.
#include "pipeline/reading/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace ocrbatch::pipeline {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr int kGranted = 200;

// The attempt's errno, 0 when it succeeded, minus the signal when it ended the process. `attempt` is true on
// success.
int in_sandbox(const std::function<bool()>& attempt, SandboxLimits limits = {.file_bytes = 1 << 20}) {
  const pid_t child = ::fork();
  if (child == 0) {
    enter_sandbox(limits);
    errno = 0;
    const bool done = attempt();
    ::_exit(done ? 0 : errno != 0 ? errno : kGranted);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

class Sandbox : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { report_ = probe_sandbox(); }
  void need_filter() const {
    if (!report_.system_calls) GTEST_SKIP() << "this kernel has no seccomp";
  }
  void need_landlock() const {
    if (report_.file_system == 0) GTEST_SKIP() << "this kernel has no Landlock";
  }
  std::string file(const char* name) const { return (folder_.path() / name).string(); }

  static SandboxReport report_;

 private:
  testing::TemporaryFolder folder_;
};
SandboxReport Sandbox::report_;

TEST_F(Sandbox, SaysWhatItIs) {
  EXPECT_EQ((SandboxReport{true, 7}).text(), "system calls filtered, files read-only (Landlock 7)");
  EXPECT_EQ((SandboxReport{false, 0}).text(), "no filter of system calls, no Landlock");
}

TEST_F(Sandbox, HasNoNetwork) {
  need_filter();
  for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK})
    EXPECT_EQ(in_sandbox([&] { return ::socket(family, SOCK_STREAM, 0) >= 0; }), EPERM) << family;
  int ends[2];
  EXPECT_EQ(in_sandbox([&] { return ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0; }), EPERM);
}

TEST_F(Sandbox, StartsNoProgramAndNoProcess) {
  need_filter();
  EXPECT_EQ(in_sandbox([] { return ::execl("/bin/true", "true", nullptr) == 0; }), EPERM);
  EXPECT_EQ(in_sandbox([] { return ::fork() >= 0; }), EPERM);
  EXPECT_EQ(in_sandbox([] { return ::vfork() >= 0; }), EPERM);
  EXPECT_EQ(in_sandbox([] { return ::syscall(SYS_clone3, nullptr, 0) >= 0; }), ENOSYS);
  EXPECT_EQ(in_sandbox([] {
              pid_t child = 0;
              char name[] = "true";
              char* const arguments[] = {name, nullptr};
              errno = ::posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments, environ);
              return errno == 0;
            }),
            EPERM);
}

TEST_F(Sandbox, StartsThreads) {
  EXPECT_EQ(in_sandbox([] {
              int answer = 0;
              std::thread([&] { answer = 42; }).join();
              return answer == 42;
            }),
            0);
}

TEST_F(Sandbox, HoldsForThreadsToo) {
  need_filter();
  EXPECT_EQ(in_sandbox([] {
              int code = 0;
              std::thread([&] { code = ::socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0; }).join();
              errno = code;
              return code == 0;
            }),
            EPERM);
}

TEST_F(Sandbox, SignalsNobodyElse) {
  need_filter();
  const pid_t parent = ::getpid();
  EXPECT_EQ(in_sandbox([&] { return ::kill(parent, 0) == 0; }), EPERM);
  EXPECT_EQ(in_sandbox([&] { return ::syscall(SYS_tgkill, parent, parent, 0) == 0; }), EPERM);
  EXPECT_EQ(in_sandbox([] { return ::kill(0, 0) == 0; }), EPERM) << "its process group";
  EXPECT_EQ(in_sandbox([] { return ::kill(::getpid(), 0) == 0; }), 0);
  if (!kSanitized) {
    EXPECT_EQ(in_sandbox([]() -> bool { std::abort(); }), -SIGABRT);
  }
}

TEST_F(Sandbox, ReadsFiles) {
  EXPECT_EQ(in_sandbox([] {
              const int fd = ::open("/etc/passwd", O_RDONLY);
              char byte = 0;
              return fd >= 0 && ::read(fd, &byte, 1) == 1;
            }),
            0);
  EXPECT_EQ(in_sandbox([] { return ::open("/etc", O_RDONLY | O_DIRECTORY) >= 0; }), 0);
}

TEST_F(Sandbox, WritesNone) {
  need_landlock();
  const std::string present = file("present");
  ASSERT_GE(::open(present.c_str(), O_CREAT | O_WRONLY, 0600), 0);
  EXPECT_EQ(in_sandbox([&] { return ::open(present.c_str(), O_WRONLY) >= 0; }), EACCES);
  EXPECT_EQ(in_sandbox([&] { return ::open(present.c_str(), O_RDWR) >= 0; }), EACCES);
  EXPECT_EQ(in_sandbox([&] { return ::open(file("new").c_str(), O_CREAT | O_WRONLY, 0600) >= 0; }), EACCES);
  EXPECT_NE(in_sandbox([&] { return ::unlink(present.c_str()) == 0; }), 0);
  EXPECT_NE(in_sandbox([&] { return ::rename(present.c_str(), file("b").c_str()) == 0; }), 0);
  EXPECT_NE(in_sandbox([&] { return ::mkdir(file("folder").c_str(), 0700) == 0; }), 0);
  EXPECT_NE(in_sandbox([&] { return ::symlink("a", file("link").c_str()) == 0; }), 0);
  EXPECT_NE(in_sandbox([&] { return ::truncate(present.c_str(), 0) == 0; }), 0);
  EXPECT_NE(in_sandbox([&] { return ::chmod(present.c_str(), 0777) == 0; }), 0);
  EXPECT_EQ(in_sandbox([] { return ::open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600) >= 0; }), 0)
      << "libraries print there";
}

TEST_F(Sandbox, DoesNotLookIntoOtherProcesses) {
  need_landlock();
  const std::string memory = "/proc/" + std::to_string(::getpid()) + "/mem";
  EXPECT_NE(in_sandbox([&] { return ::open(memory.c_str(), O_RDONLY) >= 0; }), 0);
}

TEST_F(Sandbox, LimitsMemory) {
  if (kSanitized) GTEST_SKIP() << "sanitizers reserve terabytes";
  const SandboxLimits limits{.memory_bytes = 64 << 20, .file_bytes = 1 << 20};
  const auto allocates = [](std::size_t bytes) {
    return [bytes] {
      void* memory = std::malloc(bytes);
      if (memory != nullptr) std::memset(memory, 1, bytes);
      return memory != nullptr;
    };
  };
  EXPECT_EQ(in_sandbox(allocates(32 << 20), limits), 0);
  EXPECT_EQ(in_sandbox(allocates(96 << 20), limits), ENOMEM);
  EXPECT_EQ(in_sandbox(
                [] {
                  return ::mmap(nullptr, 96 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                                0) != MAP_FAILED;
                },
                limits),
            ENOMEM)
      << "shared memory counts";
}

TEST_F(Sandbox, LimitsFilesThatWereOpenBefore) {
  const int memory = ::memfd_create("test", MFD_CLOEXEC);
  ASSERT_GE(memory, 0);
  const auto grow = [&](off_t bytes) {
    return in_sandbox([&] {
      ::signal(SIGXFSZ, SIG_IGN);
      return ::ftruncate(memory, bytes) == 0;
    });
  };
  EXPECT_EQ(grow(1 << 20), 0);
  EXPECT_EQ(grow((1 << 20) + 1), EFBIG);
  need_filter();
  EXPECT_EQ(in_sandbox([] { return ::memfd_create("more", 0) >= 0; }), EPERM);
}

TEST_F(Sandbox, LimitsTheProcessor) {
  EXPECT_EQ(in_sandbox([]() -> bool {
              allow_cpu_seconds(0);
              for (volatile unsigned long i = 0;;) i = i + 1;
            }),
            -SIGXCPU);
}

TEST_F(Sandbox, DumpsNoCore) {
  EXPECT_EQ(in_sandbox([] {
              rlimit limit{};
              ::getrlimit(RLIMIT_CORE, &limit);
              return limit.rlim_cur == 0 && limit.rlim_max == 0;
            }),
            0);
}

}  // namespace
}  // namespace ocrbatch::pipeline
