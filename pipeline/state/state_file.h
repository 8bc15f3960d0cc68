// The state of an output: which documents it holds, where they stand in it and what their files were like;
// and what a run that has not ended has put into its journal (OUTPUT.partial).
//
// It is an index: all that took work stands in the output and in the journal, and rebuild.h makes the state
// anew from them. A SQLite database, so `sqlite3 results.jsonl.state "select * from failed_page"` answers
// questions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/file_copy.h"
#include "pipeline/scan.h"
#include "pipeline/state/database.h"
#include "pipeline/state/journal_table.h"

namespace ocrbatch::pipeline {

struct FailedPage {
  int page = 0;      // from 1
  std::string code;  // an error code's name
};

// A document whose records stand in the output.
struct KnownDocument {
  std::int64_t place = 0;  // among the output's documents, from 0
  std::string name;
  std::optional<FileStamp> stamp;  // nothing: only the content tells whether the file is as it was
  std::string sha256;              // empty: unknown, then the file counts as changed
  std::optional<int> page_count;   // nothing: the document failed as a whole
  std::string pages;               // page_list of those in the output
  std::string settings;            // see ScanState; empty: unknown
  std::string error_code;          // of a document that failed as a whole
  int records = 0, failed_pages = 0;
  io::ByteRange range;
};

class StateFile {
 public:
  // Opens or creates the file and keeps it from other processes; an empty path: in memory. Throws
  // DatabaseBusy, DatabaseCorrupt, or DatabaseError, also for the file of a newer version or of another
  // program.
  explicit StateFile(const std::filesystem::path& file);
  ~StateFile();

  Database& database() { return database_; }
  bool is_new() const { return is_new_; }

  // What the state was written for; nothing: no output.
  std::optional<FileStamp> output_stamp() { return stamp_fact("output"); }
  void set_output_stamp(const std::optional<FileStamp>& stamp) { set_stamp_fact("output", stamp); }

  // What a page cost a thread of `machine`, mostly in its last thousand pages; nothing: it has read none.
  std::optional<double> thread_seconds_per_page(const std::string& machine);
  void add_reading(const std::string& machine, std::uint64_t pages, double thread_seconds);

  // Documents of the output.
  std::int64_t document_count();
  std::optional<KnownDocument> find(const std::string& name);
  KnownDocument at(std::int64_t place);
  bool knows_documents_in(const std::string& folder);
  bool may_know_content_of(std::uint64_t size_bytes);
  // Rather one that was read with these settings.
  std::optional<KnownDocument> find_content(std::uint64_t size_bytes, const std::string& sha256,
                                            const std::string& settings);
  std::vector<std::pair<std::int64_t, std::string>> failed_documents();  // place and name, by place
  std::vector<FailedPage> failed_pages(std::int64_t place);
  void set_stamp(std::int64_t place, const FileStamp& stamp);
  bool ranges_fill(
      std::uint64_t output_bytes);  // each document follows the one before, and nothing else is there
  void clear_documents();

  // The documents of the output that is about to take this one's place: filled in beside the present ones,
  // and exchanged for them once it has.
  void add_next(const KnownDocument& document, const std::vector<FailedPage>& failed);
  std::optional<FileStamp> next_stamp() { return stamp_fact("next"); }
  void set_next_stamp(const FileStamp& stamp) { set_stamp_fact("next", stamp); }
  void exchange();  // next becomes present, and the journal is empty
  void drop_next();

  JournalTable& journal() { return *journal_; }

 private:
  std::optional<std::int64_t> fact(const std::string& key);
  std::optional<FileStamp> stamp_fact(const std::string& key);
  void set_stamp_fact(const std::string& key, const std::optional<FileStamp>& stamp);

  struct Statements;
  Database database_;
  bool is_new_ = false;
  std::unique_ptr<Statements> statements_;
  std::unique_ptr<JournalTable> journal_;
};

}  // namespace ocrbatch::pipeline
