// The writer of a run with a state: every record goes into the journal, and then into the folders' files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/writer.h"
#include "pipeline/state/journal.h"
#include "pipeline/state/plan.h"

namespace ocrbatch::pipeline {

// A document of which the journal holds the first pages.
struct Begun {
  JournalDocument document;
  std::vector<io::ByteRange> ranges;
};

class RecordWriter : public io::Writer {
 public:
  // `files` in the order in which their records will come; those in `begun`, by name, go on with the page
  // after.
  RecordWriter(Journal& journal, const std::vector<InputFile>& files, std::map<std::string, Begun> begun,
               std::string settings, std::vector<io::Writer*> folders)
      : journal_(journal),
        files_(files),
        begun_(std::move(begun)),
        settings_(std::move(settings)),
        folders_(std::move(folders)) {}

  void write(const io::PageRecord& record) override;
  void finish() override { end_document(); }  // of the last document

 private:
  void begin_document(const io::PageRecord& first);
  void end_document();

  Journal& journal_;
  const std::vector<InputFile>& files_;
  const std::map<std::string, Begun> begun_;
  const std::string settings_;
  const std::vector<io::Writer*> folders_;
  std::size_t next_file_ = 0;
  bool open_ = false;
  JournalDocument document_;  // the open one; its file is files_[next_file_ - 1]
};

}  // namespace ocrbatch::pipeline
