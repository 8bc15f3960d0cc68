// Finished records of the run at hand, on disk before the state says so: OUTPUT.partial.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "pipeline/state/state_file.h"

namespace ocrbatch::pipeline {

// Group commit: once a second a thread puts what has been appended on disk, and then into the state in one
// transaction; so a power cut costs that second. While it runs, the state belongs to it.
class Journal {
 public:
  // Opens the file for reading and appending behind what the state knows of; what follows is torn and cut
  // off. The file is made with the first record. Throws io::OutputError.
  Journal(std::filesystem::path file, StateFile& state);
  ~Journal();  // commits what it can
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // All but commit() and close() are for one thread, and throw what went wrong in the other, too.
  std::int64_t add(JournalDocument document);     // its id
  void replace(const JournalDocument& document);  // what has become known of one with an id
  void append(std::int64_t document, int page, const std::string& code, std::string_view record_line);

  void start();   // the thread
  void commit();  // ends the thread, and returns when all is on disk and in the state

  int file_descriptor();  // for reading
  std::uint64_t bytes() const { return bytes_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  struct Change {
    std::int64_t id = 0;
    std::optional<JournalDocument> document;  // else the page
    JournalPage page;
  };
  void open();
  void rethrow();
  void commit_changes();

  const std::filesystem::path file_;
  StateFile& state_;
  std::atomic<int> file_descriptor_{-1};  // the thread looks whether there is one
  std::int64_t next_id_;

  std::mutex mutex_;  // of the three
  std::uint64_t bytes_ = 0;
  std::vector<Change> changes_;
  std::exception_ptr failure_;

  std::mutex waiting_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace ocrbatch::pipeline
