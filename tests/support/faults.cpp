// A library for LD_PRELOAD that lets system calls of the program fail, or the program die at one of them, so
// that a test can go through every such instant. What a power cut leaves is not tested by this: what was
// written and not synced is there.
//
// FAULT_AT=N: the N-th of the calls counted, from 1; without it calls are counted only.
//
// FAULT=NAME: an errno (ENOSPC, EIO, EROFS, EDQUOT, ENOMEM), or KILL: SIGKILL to this process before the call
// is made.
//
// FAULT_STICKY=1: and all calls after it, as on a disk that stays full.
//
// FAULT_PATH=TEXT: only calls about files with TEXT in their path.
//
// FAULT_CALLS=LIST: of write, sync, rename, truncate, copy, open, unlink, allocate; all but the last by
// default.
//
// FAULT_COUNT=FILE: gets the number of calls counted when the program ends.
//
// Counted are calls that change files: write, pwrite, fsync, fdatasync, rename, ftruncate, copy_file_range,
// open for writing, unlink, and not those about memory that only has a descriptor; and allocations of
// FAULT_BYTES (4096) or more. Worker processes, whose argv[0] is another, are left alone.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

namespace {

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

struct Fault {
  const char *path = nullptr, *calls = nullptr, *count_file = nullptr;
  long at = 0;
  int code = 0;  // errno, or -1: kill
  bool sticky = false, on = false;
  std::size_t bytes = 4096;
  std::atomic<long> counted{0};
  std::atomic<bool> in_main{false};

  Fault() {
    if (std::strcmp(::program_invocation_short_name, "ocrbatch") != 0) return;
    path = std::getenv("FAULT_PATH");
    calls = std::getenv("FAULT_CALLS");
    count_file = std::getenv("FAULT_COUNT");
    if (const char* text = std::getenv("FAULT_AT")) at = std::atol(text);
    if (const char* text = std::getenv("FAULT_BYTES")) bytes = static_cast<std::size_t>(std::atol(text));
    sticky = std::getenv("FAULT_STICKY") != nullptr;
    const char* name = std::getenv("FAULT");
    const std::string fault = name != nullptr ? name : "EIO";
    code = fault == "KILL"     ? -1
           : fault == "ENOSPC" ? ENOSPC
           : fault == "EROFS"  ? EROFS
           : fault == "EDQUOT" ? EDQUOT
           : fault == "ENOMEM" ? ENOMEM
                               : EIO;
    on = true;
  }
  ~Fault() { write_count(); }

  void write_count() {
    if (!on || count_file == nullptr) return;
    on = false;
    if (std::FILE* file = std::fopen(count_file, "w")) {
      std::fprintf(file, "%ld\n", counted.load());
      std::fclose(file);
    }
  }

  bool wants(const char* call) const {
    if (!on) return false;
    if (calls == nullptr) return std::strcmp(call, "allocate") != 0;
    const char* found = std::strstr(calls, call);
    const std::size_t length = std::strlen(call);
    return found != nullptr && (found[length] == '\0' || found[length] == ',');
  }
  // Whether this call has to fail; does not return when it has to be the last one.
  bool strikes() {
    const long n = ++counted;
    if (at == 0 || (sticky ? n < at : n != at)) return false;
    if (code == -1) ::kill(::getpid(), SIGKILL);
    errno = code;
    return true;
  }
  bool refuses(std::size_t size) { return in_main && size >= bytes && wants("allocate") && strikes(); }
  bool strikes_path(const char* call, const char* file) {
    return wants(call) && (path == nullptr || std::strstr(file, path) != nullptr) && strikes();
  }
  bool strikes_descriptor(const char* call, int descriptor) {
    if (!wants(call)) return false;
    struct stat status {};
    // Messages, sockets and pipes are not what this is about.
    if (descriptor <= STDERR_FILENO || ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
      return false;
    char name[64], target[4096];
    std::snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    const ssize_t length = ::readlink(name, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = '\0';
    if (std::strstr(target, "/memfd:") != nullptr) return false;
    return (path == nullptr || std::strstr(target, path) != nullptr) && strikes();
  }
};
Fault fault;

// The program leaves without destructors.
[[maybe_unused]] const int registered = std::at_quick_exit([] { fault.write_count(); });

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* data, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  return fault.strikes_descriptor("write", descriptor) ? -1 : real(descriptor, data, size);
}
ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return fault.strikes_descriptor("write", descriptor) ? -1 : real(descriptor, data, size, offset);
}
ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return fault.strikes_descriptor("write", descriptor) ? -1 : real(descriptor, data, size, offset);
}
int fsync(int descriptor) {
  static const auto real = next<int (*)(int)>("fsync");
  return fault.strikes_descriptor("sync", descriptor) ? -1 : real(descriptor);
}
int fdatasync(int descriptor) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return fault.strikes_descriptor("sync", descriptor) ? -1 : real(descriptor);
}
int ftruncate64(int descriptor, off64_t length) {
  static const auto real = next<int (*)(int, off64_t)>("ftruncate64");
  return fault.strikes_descriptor("truncate", descriptor) ? -1 : real(descriptor, length);
}
int ftruncate(int descriptor, off_t length) {
  static const auto real = next<int (*)(int, off_t)>("ftruncate");
  return fault.strikes_descriptor("truncate", descriptor) ? -1 : real(descriptor, length);
}
ssize_t copy_file_range(int in, off64_t* in_offset, int out, off64_t* out_offset, size_t size,
                        unsigned flags) {
  static const auto real =
      next<ssize_t (*)(int, off64_t*, int, off64_t*, size_t, unsigned)>("copy_file_range");
  return fault.strikes_descriptor("copy", out) ? -1 : real(in, in_offset, out, out_offset, size, flags);
}
int rename(const char* from, const char* to) {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  return fault.strikes_path("rename", to) ? -1 : real(from, to);
}
int unlink(const char* file) {
  static const auto real = next<int (*)(const char*)>("unlink");
  return fault.strikes_path("unlink", file) ? -1 : real(file);
}
int open64(const char* file, int flags, ...) {
  static const auto real = next<int (*)(const char*, int, ...)>("open64");
  va_list list;
  va_start(list, flags);
  const int mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, int) : 0;
  va_end(list);
  if ((flags & O_ACCMODE) != O_RDONLY && fault.strikes_path("open", file)) return -1;
  return real(file, flags, mode);
}
// On 64-bit machines the same function by two names.
int open(const char* file, int flags, ...) __attribute__((alias("open64")));
void* malloc(size_t size) {
  static const auto real = next<void* (*)(size_t)>("malloc");
  if (fault.refuses(size)) return nullptr;
  return real(size);
}

}  // extern "C"

// Around main(): what libraries allocate before it and after it cannot be refused to any effect but an abort.
namespace {
int (*program_main)(int, char**, char**) = nullptr;
int main_with_faults(int argc, char** argv, char** environment) {
  fault.in_main = true;
  const int status = program_main(argc, argv, environment);
  fault.in_main = false;
  return status;
}
}  // namespace
extern "C" int __libc_start_main(int (*start)(int, char**, char**), int argc, char** argv,
                                 void (*initialize)(), void (*finish)(), void (*loader_finish)(),
                                 void* stack_end) {
  static const auto real =
      next<int (*)(int (*)(int, char**, char**), int, char**, void (*)(), void (*)(), void (*)(), void*)>(
          "__libc_start_main");
  program_main = start;
  return real(main_with_faults, argc, argv, initialize, finish, loader_finish, stack_end);
}

// The allocator's own operator new does not come by malloc.
void* operator new(std::size_t size) {
  if (fault.refuses(size)) throw std::bad_alloc();
  static const auto real = next<void* (*)(std::size_t)>("_Znwm");
  return real(size);
}
void operator delete(void* memory) noexcept {
  static const auto real = next<void (*)(void*)>("_ZdlPv");
  real(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  static const auto real = next<void (*)(void*)>("_ZdlPv");
  real(memory);
}
