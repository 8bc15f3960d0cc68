// One thread budget: `scan` spreads pages over its own threads, so OpenMP, which Tesseract and LibTorch use
// inside a page, must not add threads of its own. Tesseract asks for four with a num_threads clause, which
// only OMP_THREAD_LIMIT overrules, and libgomp reads its environment once, while it is being loaded.
//
// Functions in .preinit_array run before the constructors of all shared libraries. Replacing the process from
// there costs 0.02 s; from main() it would cost 0.2 s, because LibTorch's constructors had run for nothing.
#include <unistd.h>

#include <cstring>

namespace {

// Commands that bring their own threads. Training is not one: there LibTorch's threads share the work of one
// batch.
constexpr const char* kSingleThreadedOpenMp[] = {"scan", "eval"};

constexpr const char* kSettings[] = {"OMP_THREAD_LIMIT=1", "OMP_NUM_THREADS=1"};
constexpr int kMaxVariables = 16384;
char* environment[kMaxVariables];
char program[4096];

bool same_name(const char* variable, const char* setting) {
  return std::strncmp(variable, setting, std::strcspn(setting, "=") + 1) == 0;
}

// Runs before libc is set up: only system calls and string functions, and no sanitizer's instrumentation.
__attribute__((no_sanitize("address", "undefined", "thread"))) void limit_openmp(int argc, char** argv,
                                                                                 char** envp) {
  bool wanted = false;
  for (const char* command : kSingleThreadedOpenMp) {
    wanted = wanted || (argc > 1 && std::strcmp(argv[1], command) == 0);
  }
  if (!wanted) return;

  int count = 0;
  unsigned found = 0;
  for (char** variable = envp; *variable != nullptr; ++variable) {
    bool replaced = false;
    for (const char* setting : kSettings) {
      if (std::strcmp(*variable, setting) == 0) ++found;
      replaced = replaced || same_name(*variable, setting);
    }
    if (replaced) continue;
    if (count + 3 >= kMaxVariables) return;
    environment[count++] = *variable;
  }
  if (found == 2) return;  // the second time round
  for (const char* setting : kSettings) environment[count++] = const_cast<char*>(setting);
  environment[count] = nullptr;

  // By its own name and not as /proc/self/exe, which ps and top would show as "exe".
  const ssize_t length = ::readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  program[length] = '\0';
  ::execve(program, argv, environment);
}

using Initializer = void (*)(int, char**, char**);
[[gnu::section(".preinit_array"), gnu::used]] const Initializer kInitializer = limit_openmp;

}  // namespace
