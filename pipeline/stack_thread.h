#pragma once

#include <cstddef>
#include <functional>

namespace ocrbatch::pipeline {

// Runs `work` in a thread of its own, whose stack has `stack_bytes`, and waits until it is done. Rethrows
// what it throws; std::system_error when no thread can be started.
void run_on_stack(std::size_t stack_bytes, const std::function<void()>& work);

}  // namespace ocrbatch::pipeline
