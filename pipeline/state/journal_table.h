// What the state says of the journal: its documents, and which of their pages stand where in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/file_copy.h"
#include "pipeline/scan.h"
#include "pipeline/state/database.h"

namespace ocrbatch::pipeline {

// A document whose records, or the first of them, stand in the journal.
struct JournalDocument {
  std::int64_t id = 0;
  std::string name;
  std::optional<FileStamp> stamp;
  std::string sha256;
  std::optional<int> page_count;
  std::string settings;
  bool finished = false;
};

struct JournalPage {
  int page = 0;      // 0: the document failed as a whole
  std::string code;  // empty: it was read
  io::ByteRange range;
};

class JournalTable {
 public:
  explicit JournalTable(Database& database);

  std::uint64_t bytes();  // of the journal, which are on disk and known here
  void set_bytes(std::uint64_t bytes);

  std::optional<JournalDocument> find(const std::string& name);
  JournalDocument at(std::int64_t id);
  std::vector<JournalDocument> all();
  std::vector<JournalPage> pages(std::int64_t id);  // by number
  void put(const JournalDocument& document);        // new, or in place of that with its id
  void put(std::int64_t id, const JournalPage& page);
  void drop(std::int64_t id);
  std::int64_t next_id();
  void clear();

 private:
  Database& database_;
  Statement find_, at_, all_, pages_, put_document_, put_page_, drop_document_, drop_pages_, set_bytes_;
};

}  // namespace ocrbatch::pipeline
