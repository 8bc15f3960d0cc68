// Settings that libraries read from the environment once, while they are being loaded, before main().
//
// Functions in .preinit_array run before the constructors of all shared libraries. Replacing the process from
// there costs 0.02 s; from main() it would cost 0.2 s, because LibTorch's constructors had run for nothing.
#include <unistd.h>

#include <cstring>

namespace {

struct Setting {
  const char* command;
  const char* variable;  // NAME=value
  bool overrules;        // what the user has set
};

constexpr Setting kSettings[] = {
    // One thread budget: these commands spread their work over threads of their own, so OpenMP, which
    // Tesseract and LibTorch use inside a page, must not add any. Tesseract asks for four with a num_threads
    // clause, which only OMP_THREAD_LIMIT overrules. Training is not one of them: there LibTorch's threads
    // share the work of a batch.
    {"scan", "OMP_THREAD_LIMIT=1", true},
    {"scan", "OMP_NUM_THREADS=1", true},
    {"bench", "OMP_THREAD_LIMIT=1", true},
    {"bench", "OMP_NUM_THREADS=1", true},
    {"eval", "OMP_THREAD_LIMIT=1", true},
    {"eval", "OMP_NUM_THREADS=1", true},
    // oneDNN, and what binds it to LibTorch, keep what they have made for each shape of input, up to 1,024 of
    // a kind, and batches have thousands of shapes: over a long run that took 100 MiB more. So few of
    // them cost a little speed.
    {"scan", "ONEDNN_PRIMITIVE_CACHE_CAPACITY=128", false},
    {"scan", "LRU_CACHE_CAPACITY=128", false},
    {"bench", "ONEDNN_PRIMITIVE_CACHE_CAPACITY=128", false},
    {"bench", "LRU_CACHE_CAPACITY=128", false},
    // Every step of training asks for large tensors again. By default jemalloc returns each of them to the
    // system after its use, and a third of the time goes into page faults; with these settings it leaves them
    // to the system to take when it needs memory (MADV_FREE), and has them back for nothing until then.
    {"train", "MALLOC_CONF=oversize_threshold:0,dirty_decay_ms:10000,muzzy_decay_ms:-1", false},
};

constexpr int kMaxVariables = 16384;
char* environment[kMaxVariables];
char program[4096];

// Everything here runs before libc is set up: only system calls and string functions, and no sanitizer's
// instrumentation.
#define BEFORE_MAIN __attribute__((no_sanitize("address", "undefined", "thread")))

BEFORE_MAIN bool same_name(const char* variable, const char* setting) {
  return std::strncmp(variable, setting, std::strcspn(setting, "=") + 1) == 0;
}

BEFORE_MAIN char** find_name(const char* setting) {
  for (char** variable = environment; *variable != nullptr; ++variable) {
    if (same_name(*variable, setting)) return variable;
  }
  return nullptr;
}

BEFORE_MAIN void adapt_environment(int argc, char** argv, char** envp) {
  if (argc < 2) return;
  int count = 0;
  for (char** variable = envp; *variable != nullptr; ++variable) {
    if (count + 8 >= kMaxVariables) return;
    environment[count++] = *variable;
  }
  bool changed = false;
  for (const Setting& setting : kSettings) {
    if (std::strcmp(argv[1], setting.command) != 0) continue;
    char** const present = find_name(setting.variable);
    if (present != nullptr && (!setting.overrules || std::strcmp(*present, setting.variable) == 0)) continue;
    (present != nullptr ? *present : environment[count++]) = const_cast<char*>(setting.variable);
    changed = true;
  }
  if (!changed) return;  // the second time round

  // By its own name and not as /proc/self/exe, which ps and top would show as "exe".
  const ssize_t length = ::readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  program[length] = '\0';
  ::execve(program, argv, environment);
}

using Initializer = void (*)(int, char**, char**);
[[gnu::section(".preinit_array"), gnu::used]] const Initializer kInitializer = adapt_environment;

}  // namespace
