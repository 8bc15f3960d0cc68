#include "pipeline/stack_thread.h"

#include <pthread.h>

#include <exception>
#include <system_error>

namespace ocrbatch::pipeline {
namespace {

struct Task {
  const std::function<void()>& work;
  std::exception_ptr thrown;
};

void* run(void* argument) {
  Task& task = *static_cast<Task*>(argument);
  try {
    task.work();
  } catch (...) {
    task.thrown = std::current_exception();
  }
  return nullptr;
}

}  // namespace

void run_on_stack(std::size_t stack_bytes, const std::function<void()>& work) {
  Task task{work, nullptr};
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  int error = ::pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_t thread{};
  if (error == 0) error = ::pthread_create(&thread, &attributes, run, &task);
  ::pthread_attr_destroy(&attributes);
  if (error != 0) throw std::system_error(error, std::generic_category(), "a thread cannot be started");
  ::pthread_join(thread, nullptr);
  if (task.thrown) std::rethrow_exception(task.thrown);
}

}  // namespace ocrbatch::pipeline
