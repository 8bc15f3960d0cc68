// From a document to the prepared lines of a page: decoding, layout and cutting behind one interface, so that
// they run in this process or, with files that nobody can vouch for, in processes that can be killed.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "io/error.h"
#include "io/reader.h"
#include "kernels/line_preparation.h"
#include "pipeline/layout.h"

namespace ocrbatch::pipeline {

// All that determines what is read from a page.
struct PageReadingOptions {
  io::ReadOptions read;
  LayoutMode layout = LayoutMode::kFast;
  kernels::LinePreparation lines;
};

// How a page's image is looked at.
struct ImageView {
  int turn_deg = 0;  // clockwise, from how its document has it: 0, 90, 180 or 270
  // Below 0.5: what is left out along each edge, as a share of the image's smaller side. Places are those in
  // the whole image all the same.
  double trim = 0;
  bool as_one_line = false;  // whatever is in it

  bool operator==(const ImageView&) const = default;
};

// One page: its size, where its lines are, and their pixels. The page's image itself is gone.
struct ReadPage {
  std::optional<io::Error> error;  // set: everything below but the times is meaningless
  int width_px = 0, height_px = 0;
  double dpi = 0;        // 0 when unknown
  int rotation_deg = 0;  // as io::PageImage has it, and how far the page was turned besides
  PageLayout layout;
  std::vector<kernels::PreparedLine> lines;  // lines[i] was cut with layout.geometries[i]
  double decode_ms = 0, layout_ms = 0, cut_ms = 0;
  bool given_up = false;  // the run was asked to stop: nothing is known about the page
};

// What processes that read pages cost and what became of them; all zero without such processes.
struct WorkerStatistics {
  std::uint64_t started = 0;
  std::uint64_t lost = 0;                // crashed, killed from outside, or killed at a time limit
  std::uint64_t recycled = 0;            // replaced after many pages or because they had grown
  std::uint64_t memory_limit_bytes = 0;  // of each
  std::uint64_t peak_bytes = 0;          // resident, of all that lived at the same time together
};

// Thread-safe. page_count and page_size are for one thread that goes through the documents in order and is
// ahead of those that read; they do not get into their way. Indices are from 0.
class PageReading {
 public:
  virtual ~PageReading() = default;
  // While the run stops, the first two may give an error that says nothing about the document.
  virtual io::Result<int> page_count(const std::filesystem::path& document) = 0;  // at least 1
  virtual io::Result<io::PageSize> page_size(const std::filesystem::path& document, int index) = 0;
  // Sizes and places are those of the turned page.
  virtual ReadPage read(const std::filesystem::path& document, int index, const ImageView& view) = 0;
  ReadPage read(const std::filesystem::path& document, int index) { return read(document, index, {}); }
  virtual WorkerStatistics statistics() const { return {}; }
};

// In the calling threads, of which `threads` may read at once.
std::unique_ptr<PageReading> read_in_this_process(const PageReadingOptions& options, int threads = 1);

// The processes that read pages cannot be started: a damaged installation. Ends the run.
class WorkerError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct WorkerOptions {
  std::filesystem::path program;   // ocrbatch-worker
  double timeout_s = 300;          // for a page, and for opening a document
  std::uint64_t memory_bytes = 0;  // what a document may take of a worker; 0: as default_worker_memory_bytes
  int pages_a_worker = 500;        // then it is replaced
};

// In processes of their own, one for each thread that reads, started when they are needed. They may read
// files and nothing else, see reading/sandbox.h. A page whose process ends is tried again in a fresh one
// before it becomes an error. When `stop` becomes true, what is being read is given up after a few seconds.
// Throws WorkerError, here and later.
std::unique_ptr<PageReading> read_in_workers(const PageReadingOptions& options, const WorkerOptions& workers,
                                             const std::atomic<bool>* stop = nullptr);

// Enough for pages as large as allowed in the formats that take most, and not more than three quarters of the
// machine's memory.
std::uint64_t default_worker_memory_bytes(double max_megapixels);

}  // namespace ocrbatch::pipeline
