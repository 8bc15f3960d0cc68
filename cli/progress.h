// How far a scan is, on standard error.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "cli/options.h"
#include "pipeline/scan.h"

namespace ocrbatch::cli {

// "[######--------------] 123/~340 pages of 14 documents  7.6 pages/s  28.6 s left  2 failed"; "~" while
// documents are still being opened.
std::string progress_text(const pipeline::ScanProgress& progress, double seconds);

// Draws from its own thread while it lives: a live line on a terminal; with kAlways elsewhere, a line now and
// then.
class ProgressDisplay {
 public:
  ProgressDisplay(const pipeline::ScanProgress& progress, ProgressMode mode);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

 private:
  const pipeline::ScanProgress& progress_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace ocrbatch::cli
