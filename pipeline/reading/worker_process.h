// One process that reads pages: its start, its questions, its end.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "io/owned_descriptor.h"
#include "pipeline/reading/message_socket.h"
#include "pipeline/reading/messages.h"
#include "pipeline/reading/shared_pixels.h"

namespace ocrbatch::pipeline {

// How a worker came to its end.
struct WorkerEnd {
  int signal = 0;       // that ended it, or 0
  int exit_status = 0;  // otherwise
  bool memory_refused = false;
  // "SIGSEGV", "exit status 1"
  std::string text() const;
};

// Not thread-safe. The destructor ends the process.
class WorkerProcess {
 public:
  // Starts the program and waits until it is ready. Throws WorkerError.
  WorkerProcess(const std::filesystem::path& program, const WorkerSetup& setup);
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  ~WorkerProcess() { end(); }

  // kDone: `reply` holds the answer. Otherwise the worker is of no use any more.
  Transfer ask(const WorkerRequest& request, Deadline deadline, std::string& reply);
  // False when it has ended, or says something unasked: it must not be asked any more.
  bool is_ready() const;

  // Kills it if need be. May be called more than once.
  WorkerEnd end();

  SharedPixels& pixels() { return pixels_; }

  // As the kernel counts them: resident now, and at most so far. 0 when it has ended.
  struct Memory {
    std::uint64_t resident_bytes = 0, peak_bytes = 0;
  };
  Memory memory() const;

  std::string document;  // that it was last asked for
  int pages_read = 0;

 private:
  void start(const std::filesystem::path& program);

  SharedPixels pixels_;
  io::OwnedDescriptor socket_;
  pid_t process_ = -1;  // -1: has been waited for
  WorkerEnd end_;
};

}  // namespace ocrbatch::pipeline
