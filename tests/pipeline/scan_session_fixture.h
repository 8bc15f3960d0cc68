// Runs that go on from earlier ones, with real files, SQLite and documents, and a recognizer without a model.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>

#include "io/record_reader.h"
#include "pipeline/state/scan_session.h"
#include "tests/support/checksum_recognizer.h"
#include "tests/support/documents.h"
#include "tests/support/working_folder.h"

namespace ocrbatch::pipeline {

namespace fs = std::filesystem;

inline std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

inline void append(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary | std::ios::app) << text;
}

// "name 2" for each record.
inline std::vector<std::string> outline(const fs::path& file) {
  std::vector<std::string> lines;
  std::istringstream stream(content(file));
  for (std::string line; std::getline(stream, line);) {
    const auto record = io::read_record(line);
    lines.push_back(record ? record->document + " " + std::to_string(record->page_number.value_or(0))
                           : "garbage");
  }
  return lines;
}

// The test's own files lie in a folder of its own, in which documents are docs/....
class ScanSessionTest : public ::testing::Test {
 protected:
  struct Run {
    IncrementSummary increments;
    ScanSummary read;
    std::vector<StateNote> notes;
  };

  ScanSessionTest() {
    fs::create_directory("docs");
    options.inputs = {"docs"};
    options.layout = LayoutMode::kLine;
    options.jobs = 2;
    options.max_memory_bytes = 1;  // page by page: a stopped run has then finished what it has begun
    recognizer.lines_a_batch = 1;
  }

  static void page(const std::string& name, std::uint32_t seed) {
    testing::write_pgm(name, testing::bar_line(seed, 100 + static_cast<int>(seed % 7) * 20, 24));
  }
  static void pages(const std::string& name, std::uint32_t seed, int count) {
    std::vector<cv::Mat> images;
    for (int i = 0; i < count; ++i)
      images.push_back(testing::bar_line(seed + static_cast<std::uint32_t>(i), 120, 24));
    testing::write_tiff(name, images);
  }
  static void make_older(const fs::path& file) {  // so that a later write has another time for sure
    fs::last_write_time(file, fs::last_write_time(file) - std::chrono::seconds(10));
  }

  // Stops after `stop_after` pages, when given.
  Run run(std::optional<std::uint64_t> stop_after = std::nullopt) {
    ScanProgress progress;
    ScanSession session(output, state, "the test", /*look_only=*/false);
    const Plan& plan = session.plan(
        options, increments,
        settings_digest(options, std::vector{recognizer.info()}) + (options.timings ? "+timings" : ""),
        progress.stop_requested);
    session.begin(folders);
    struct Stopper : io::Writer {
      io::Writer& writer;
      ScanProgress& progress;
      std::optional<std::uint64_t> left;
      Stopper(io::Writer& w, ScanProgress& p, std::optional<std::uint64_t> l)
          : writer(w), progress(p), left(l) {}
      void write(const io::PageRecord& record) override {
        writer.write(record);
        if (left && --*left == 0) progress.stop_requested = true;
      }
      void finish() override {}
    } stopper(session.writer(), progress, stop_after);
    Run result;
    if (!plan.to_read.empty())
      result.read = run_scan(options, plan.to_read, recognizer, {&stopper}, progress,
                             [](const std::string&, const io::PageRecord&) {});
    result.read.stopped ? session.stop() : session.finish();
    result.increments = plan.summary;
    result.notes = session.take_notes();
    return result;
  }

  // What a run gives that nothing came before.
  std::string undisturbed() {
    const fs::path kept_output = output, kept_state = state;
    const auto kept_folders = folders;
    const IncrementOptions kept_increments = increments;
    output = "undisturbed.jsonl";
    state.clear();
    folders.clear();
    increments = {};
    fs::remove("undisturbed.jsonl");
    fs::remove("undisturbed.jsonl.state");
    run();
    output = kept_output;
    state = kept_state;
    folders = kept_folders;
    increments = kept_increments;
    return content("undisturbed.jsonl");
  }

  static std::uint64_t pages_read(const Run& run) { return run.read.pages_ok + run.read.pages_failed; }

  ScanOptions options;
  IncrementOptions increments;
  std::vector<FolderTarget> folders;
  fs::path output = "out.jsonl", state;
  testing::ChecksumRecognizer recognizer;
  std::atomic<bool> changed_{false};

 private:
  testing::WorkingFolder folder_;
};

}  // namespace ocrbatch::pipeline
