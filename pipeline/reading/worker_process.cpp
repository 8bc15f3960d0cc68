#include "pipeline/reading/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "pipeline/reading/message_socket.h"
#include "pipeline/reading/worker.h"

namespace ocrbatch::pipeline {
namespace {

constexpr double kStart_s = 60;  // a machine that is short of memory takes its time

// Ours, with one thread for the libraries that would start several.
std::vector<std::string> worker_environment() {
  std::vector<std::string> variables{"OMP_THREAD_LIMIT=1", "OMP_NUM_THREADS=1"};
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (!std::string_view(*variable).starts_with("OMP_")) variables.emplace_back(*variable);
  return variables;
}

// Descriptors from here on do not get into the way of those that the worker is started with.
constexpr int kFirstFreeDescriptor = 10;

class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  void put(int descriptor, int as) { ::posix_spawn_file_actions_adddup2(&actions_, descriptor, as); }
  void open_null(int as, int flags) {
    ::posix_spawn_file_actions_addopen(&actions_, as, "/dev/null", flags, 0);
  }
  void close_from(int descriptor) { ::posix_spawn_file_actions_addclosefrom_np(&actions_, descriptor); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// Signals that are meant for the whole run (Ctrl-C goes to all processes of the terminal) stay blocked: the
// run ends its workers.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t all, blocked;
    sigfillset(&all);
    sigemptyset(&blocked);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) sigaddset(&blocked, number);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &blocked);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

io::OwnedDescriptor moved_up(int descriptor) {
  io::OwnedDescriptor moved(::fcntl(descriptor, F_DUPFD_CLOEXEC, kFirstFreeDescriptor));
  ::close(descriptor);
  return moved;
}

std::string could_not_start(const std::filesystem::path& program, const std::string& why) {
  return program.string() + " cannot be started: " + why +
         "; install ocrbatch again, or read in one process with --isolation off";
}

}  // namespace

std::string WorkerEnd::text() const {
  if (signal == 0) return "exit status " + std::to_string(exit_status);
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

WorkerProcess::WorkerProcess(const std::filesystem::path& program, const WorkerSetup& setup) {
  start(program);
  Deadline deadline(kStart_s);
  std::string reply;
  WorkerHello hello;
  Transfer transfer = send_message(socket_.get(), encode(setup), deadline);
  if (transfer == Transfer::kDone) transfer = receive_message(socket_.get(), reply, deadline);
  if (transfer != Transfer::kDone) {
    const WorkerEnd how = end();
    throw WorkerError(could_not_start(
        program, transfer == Transfer::kLate ? "it does not answer" : "it ended at once, " + how.text()));
  }
  try {
    decode(reply, hello);
  } catch (const std::exception&) {
  }
  if (hello.protocol != kWorkerProtocol) {
    end();
    throw WorkerError(could_not_start(program, "it belongs to another version"));
  }
}

void WorkerProcess::start(const std::filesystem::path& program) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw WorkerError(could_not_start(program, std::strerror(errno)));
  socket_ = moved_up(ends[0]);
  const io::OwnedDescriptor theirs = moved_up(ends[1]);
  const io::OwnedDescriptor pixels(::fcntl(pixels_.descriptor(), F_DUPFD_CLOEXEC, kFirstFreeDescriptor));
  if (socket_.get() < 0 || theirs.get() < 0 || pixels.get() < 0)
    throw WorkerError(could_not_start(program, std::strerror(errno)));

  SpawnActions actions;
  actions.open_null(STDIN_FILENO, O_RDONLY);
  actions.open_null(STDOUT_FILENO, O_WRONLY);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  actions.open_null(STDERR_FILENO, O_WRONLY);  // libraries print; a sanitizer's report is to be seen
#endif
  actions.put(theirs.get(), kWorkerSocket);
  actions.put(pixels.get(), kWorkerPixels);
  actions.close_from(kWorkerPixels + 1);
  const SpawnAttributes attributes;
  std::vector<std::string> variables = worker_environment();
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::string name = "ocrbatch-worker";
  char* const arguments[] = {name.data(), nullptr};
  const int error = ::posix_spawn(&process_, program.c_str(), actions.get(), attributes.get(), arguments,
                                  environment.data());
  if (error != 0) {
    process_ = -1;
    throw WorkerError(could_not_start(program, std::strerror(error)));
  }
}

Transfer WorkerProcess::ask(const WorkerRequest& request, Deadline deadline, std::string& reply) {
  pixels_.clear_note();
  document = request.document;
  if (request.kind == WorkerRequest::Kind::kRead) ++pages_read;
  const Transfer sent = send_message(socket_.get(), encode(request), deadline);
  return sent == Transfer::kDone ? receive_message(socket_.get(), reply, deadline) : sent;
}

bool WorkerProcess::is_ready() const {
  return !has_news(socket_.get());
}

WorkerEnd WorkerProcess::end() {
  if (process_ < 0) return end_;
  // One that has ended by itself keeps its status.
  ::kill(process_, SIGKILL);
  int status = 0;
  pid_t waited = 0;
  while ((waited = ::waitpid(process_, &status, 0)) < 0 && errno == EINTR) {
  }
  process_ = -1;
  socket_.reset();
  if (waited > 0 && WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
  if (waited > 0 && WIFEXITED(status)) end_.exit_status = WEXITSTATUS(status);
  end_.memory_refused = pixels_.memory_refused();
  return end_;
}

WorkerProcess::Memory WorkerProcess::memory() const {
  Memory memory;
  if (process_ < 0) return memory;
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  const auto number = [](std::string_view line) {
    std::uint64_t kib = 0;
    line.remove_prefix(std::min(line.size(), line.find_first_of("0123456789")));
    std::from_chars(line.data(), line.data() + line.size(), kib);
    return kib * 1024;
  };
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) memory.peak_bytes = number(line);
    if (line.starts_with("VmRSS:")) memory.resident_bytes = number(line);
  }
  return memory;
}

}  // namespace ocrbatch::pipeline
