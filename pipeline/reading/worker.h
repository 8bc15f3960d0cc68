// The other side of worker_process.h: what the program ocrbatch-worker does.
#pragma once

namespace ocrbatch::pipeline {

// Descriptors that a worker is started with; all others are closed.
constexpr int kWorkerSocket = 3;
constexpr int kWorkerPixels = 4;

// Answers requests until the other side ends. Returns the exit status.
int run_worker();

}  // namespace ocrbatch::pipeline
