// The main job: documents in, page records out, in order.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/document.h"
#include "io/writer.h"
#include "pipeline/file_stamp.h"
#include "pipeline/layout.h"
#include "pipeline/model_set.h"
#include "pipeline/page_reading.h"
#include "pipeline/queue_depth.h"
#include "pipeline/shard.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::pipeline {

struct PageRange {
  int first = 1, last = 0;  // from 1, inclusive; last 0: to the end
};

// Whether pages that do not read well as their documents have them are tried turned.
enum class Orientation { kOff, kAuto };

// Where documents are decoded and searched for lines.
enum class Isolation { kOff, kWorkers };

struct ScanOptions {
  std::vector<std::string> inputs;               // files and folders as given
  std::vector<std::string> include, exclude;     // globs on the path below the input (and on the file name)
  std::vector<std::filesystem::path> own_files;  // of this run: folders list them not, nobody opens them
  Shard shard;                                   // the part of the documents to read
  std::vector<PageRange> pages;                  // empty: all
  double dpi = 0;                                // see io::ReadOptions
  double max_megapixels = 400;
  int max_pages = 0;  // a document of which more are selected is not read (kTooLarge); 0: no limit
  LayoutMode layout = LayoutMode::kFast;
  Orientation orientation = Orientation::kOff;
  int jobs = 0;                        // threads in all; 0: the cores this process may use
  std::uint64_t max_memory_bytes = 0;  // decoded pages in flight; 0: a quarter of RAM, at most 2 GiB
  double max_error_rate = 1;           // a run ends early when more than this share of its records are errors
  Isolation isolation = Isolation::kOff;
  WorkerOptions workers;      // with Isolation::kWorkers
  double min_confidence = 0;  // lines that were read with less are no print and are left out
  bool timings = false;       // put PageTiming into records
  std::string version;        // for provenance
};

// Live counters for a progress display; read from another thread while run_scan works. Documents are listed
// before the first one is opened; found are the documents that were opened so far (or failed to), and their
// pages.
struct ScanProgress {
  std::atomic<std::uint64_t> documents_listed{0};
  std::atomic<std::uint64_t> pages_found{0}, pages_done{0}, pages_failed{0}, documents_found{0},
      documents_done{0}, lines_done{0}, lines_left_out{0}, pages_turned{0}, pages_of_other_models{0};
  PageQueues queues;
  std::atomic<bool> all_found{false};  // pages_found is final
  std::atomic<bool> stop_requested{
      false};  // set by a signal handler: finish the pages at work within seconds, then return
};

struct QueueSummary {
  std::string name;  // the stage that the pages wait for
  double mean_pages = 0;
  std::int64_t peak_pages = 0;
};

struct DeviceSummary {
  std::string name;
  double busy_seconds = 0;  // in which at least one batch was under way on it
};

struct ScanSummary {
  std::uint64_t documents = 0, pages_ok = 0, pages_failed = 0, documents_failed = 0, lines = 0,
                characters = 0;
  std::uint64_t lines_left_out = 0;                     // by ScanOptions::min_confidence
  std::uint64_t pages_turned = 0;                       // by ScanOptions::orientation
  std::uint64_t pages_of_other_models = 0;              // than the first
  std::map<std::string, std::uint64_t> errors_by_code;  // pages and documents
  double wall_seconds = 0;
  int jobs = 0;  // threads that shared the work
  // Busy seconds of all threads together, by stage, in pipeline order. On devices, a thread waits for each
  // batch.
  std::vector<std::pair<std::string, double>> busy_seconds;
  std::vector<QueueSummary> queues;    // in pipeline order
  std::vector<DeviceSummary> devices;  // that recognized; none: the threads did
  std::uint64_t peak_bytes_in_flight = 0;
  WorkerStatistics workers;
  bool stopped = false;          // stop_requested ended the run early
  bool too_many_errors = false;  // max_error_rate did
};

struct InputFile {
  std::filesystem::path path;
  std::string document;            // the name in records
  std::optional<FileStamp> stamp;  // when it was listed; nothing as with file_stamp
  int pages_before = 0;            // pages up to this number are not read: an earlier run did
};

// What a run reads, without reading it. Stable order: inputs as given, folders depth-first, names by byte
// value. In folders hidden names are skipped, links are followed but no folder is entered twice, and files
// that are no documents by io::looks_like_document are left out unless an `include` glob matches them. Inputs
// that are no folders are always listed, so that each gets a record. A name that comes up twice is listed
// once. Globs are fnmatch(3)'s, where `*` matches "/" too; an excluded folder is not entered.
std::vector<InputFile> list_inputs(const ScanOptions& options);

int job_count(const ScanOptions& options);  // threads that share the work

// A digest of every option that can change a record. Which pages are read, memory and threads cannot.
// `models`: those of the run, at least one.
std::string settings_digest(const ScanOptions& options, std::span<const recognizer::ModelInfo> models);

// The indices (from 0, ascending, each once) of the pages that `ranges` name in a document of `page_count`
// pages; all when there are no ranges.
std::vector<int> select_pages(const std::vector<PageRange>& ranges, int page_count);

// Reads every page of `files` and hands one record a page to every writer, in the files' order, pages
// ascending. Errors of pages and documents become records; io::OutputError and internal errors are thrown
// after the graph has been wound down. A document of which `pages` selects nothing has no record. Does not
// call Writer::finish(). Reports each record with an error, of a page or of a document, through `on_error`,
// from one thread at a time. One run at a time in a process: it sets TBB's and OpenCV's number of threads.
using OnError = std::function<void(const std::string& document, const io::PageRecord& record)>;
ScanSummary run_scan(const ScanOptions& options, const std::vector<InputFile>& files, const ModelSet& models,
                     const std::vector<io::Writer*>& writers, ScanProgress& progress,
                     const OnError& on_error);
// The same for all that list_inputs finds.
ScanSummary run_scan(const ScanOptions& options, const ModelSet& models,
                     const std::vector<io::Writer*>& writers, ScanProgress& progress,
                     const OnError& on_error);

// Documents as `options` say that they are to be read. `lines` is the models'; `stop`: see
// read_in_workers.
std::unique_ptr<PageReading> make_page_reading(const ScanOptions& options,
                                               const kernels::LinePreparation& lines,
                                               const std::atomic<bool>* stop = nullptr);

}  // namespace ocrbatch::pipeline
