// hOCR and text files of an output with a state: they follow the records, whichever run made those.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/writer.h"
#include "pipeline/state/journal.h"
#include "pipeline/state/output_paths.h"
#include "pipeline/state/records.h"

namespace ocrbatch::pipeline {

struct FolderTarget {
  std::string format;  // see io::make_folder_writer
  std::filesystem::path folder;
};

class FolderFiles {
 public:
  // Names are given to all documents of the coming output, so that they do not depend on which of them are
  // read.
  FolderFiles(const FolderTarget& target, const Plan& plan, const Order& order, StateFile& state);

  io::Writer& writer() { return *writer_; }
  // When the run has read everything: writes the files of documents that it has not read and whose file is
  // missing, or may be of older records; removes those of documents that have failed as a whole or are
  // pruned.
  void complete(const OutputPaths& paths, const Plan& plan, const Order& order, StateFile& state,
                Journal& journal);

 private:
  const std::filesystem::path folder_;
  std::shared_ptr<io::OutputNames> names_;
  std::vector<std::filesystem::path> pruned_;
  std::unique_ptr<io::Writer> writer_;
};

}  // namespace ocrbatch::pipeline
