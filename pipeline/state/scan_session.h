// A run that goes on from earlier ones: what `ocrbatch scan --out FILE` does around run_scan.
//
//   ScanSession session(output, state, command, look_only);      // locked, healed
//   const Plan& plan = session.plan(options, increments, settings, stop);
//   session.begin(folders);
//   if (!plan.to_read.empty()) run_scan(options, plan.to_read, recognizer, {&session.writer()}, ...);
//   stopped ? session.stop() : session.finish();
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/state/folder_files.h"
#include "pipeline/state/open_state.h"
#include "pipeline/state/output_lock.h"
#include "pipeline/state/plan.h"
#include "pipeline/state/record_writer.h"

namespace ocrbatch::pipeline {

// Destroyed without finish() or stop(), as by an exception, it keeps what stop() keeps, as far as it can be
// written. All functions throw io::OutputError.
class ScanSession {
 public:
  // `state` may be empty: beside the output. `command` is for people whom the lock keeps waiting.
  // `look_only`: for a plan alone. Throws LockedError, too.
  ScanSession(const std::filesystem::path& output, const std::filesystem::path& state,
              const std::string& command, bool look_only);
  ~ScanSession();

  std::vector<StateNote> take_notes() { return std::exchange(notes_, {}); }  // since the last call
  const OutputPaths& paths() const { return paths_; }

  // Where a listed folder could not be read, or is gone together with documents of the output, nothing is
  // pruned.
  // `settings` is that of the run, see settings_of.
  const Plan& plan(ScanOptions options, const IncrementOptions& increments, const std::string& settings,
                   const std::atomic<bool>& stop);

  void begin(const std::vector<FolderTarget>& folders);
  io::Writer& writer() { return *writer_; }
  // What reading cost on this machine, for the estimates of later runs.
  void note_reading(std::uint64_t pages, double thread_seconds);
  std::optional<double> thread_seconds_per_page();
  void finish();  // everything that the plan wanted has been written: the output takes its new form
  void stop();    // what has been written is kept for the next run, the output stays as it is
  std::uint64_t journal_bytes() const { return journal_ ? journal_->bytes() : 0; }

 private:
  bool may_prune(const std::vector<InputFile>& files);
  std::map<std::string, Begun> begun_documents();
  void move_documents();

  const OutputPaths paths_;
  std::optional<OutputLock> lock_;
  std::vector<StateNote> notes_;
  std::unique_ptr<StateFile> state_;
  std::string settings_;
  Plan plan_;
  Order order_;
  std::unique_ptr<Journal> journal_;
  std::vector<std::unique_ptr<FolderFiles>> folders_;
  std::unique_ptr<RecordWriter> writer_;
};

}  // namespace ocrbatch::pipeline
