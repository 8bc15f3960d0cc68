// Writers render page records. Every writer takes the same neutral tree, so formats agree word by word.
//
// To add a format: io/writers/x_writer.{h,cpp} with a `Writer` and one row in the table of io/writers.cpp.
// JSON Lines is one stream for a whole run; hOCR and text are a file a document, mirroring the input tree.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "io/document.h"
#include "io/output_names.h"

namespace ocrbatch::io {

// The output cannot be written (disk full, read-only, folder removed): ends the run with exit status 4.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The reader of our standard output went away (a closed pipe): the run ends quietly.
class OutputClosed : public OutputError {
 public:
  using OutputError::OutputError;
};

// Receives records in output order: documents in input order, pages ascending. Throws OutputError.
// Lifecycle: write()* then finish() exactly once on success. Without finish() nothing half-written stays
// behind under a final name.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual void write(const PageRecord& record) = 0;
  virtual void finish() = 0;
};

// JSON Lines to a file (written beside it under a temporary name, renamed by finish()) or to a file
// descriptor.
std::unique_ptr<Writer> make_jsonl_writer(const std::filesystem::path& file);
std::unique_ptr<Writer> make_jsonl_writer(int file_descriptor);

// `format` is a row of the table: "hocr" or "txt". Files appear under `folder`, named by `names`, to which
// every document must have been added; without it they are named in the order in which documents come.
std::unique_ptr<Writer> make_folder_writer(const std::string& format, const std::filesystem::path& folder,
                                           std::shared_ptr<OutputNames> names = nullptr);
std::string folder_suffix(const std::string& format);  // of the names, with its dot

// One record as one JSON line (without the line break); schema in docs/schema/record.schema.json.
std::string to_json(const PageRecord& record);

}  // namespace ocrbatch::io
