#include "pipeline/state/record_writer.h"

#include <stdexcept>

#include "io/record_reader.h"

namespace ocrbatch::pipeline {

void RecordWriter::write(const io::PageRecord& record) {
  if (!open_ || document_.name != record.document) {
    end_document();
    begin_document(record);
  }
  journal_.append(document_.id, record.page_number.value_or(0),
                  record.error ? io::error_code_name(record.error->code) : "", io::to_json(record) + "\n");
  for (io::Writer* folder : folders_) folder->write(record);
}

void RecordWriter::begin_document(const io::PageRecord& first) {
  do {  // documents of which no page was asked for have no record
    if (next_file_ == files_.size())
      throw std::logic_error("a record of " + first.document + " came out of its order");
  } while (files_[next_file_++].document != first.document);
  open_ = true;
  if (const auto begun = begun_.find(first.document); begun != begun_.end()) {
    document_ = begun->second.document;
    if (folders_.empty()) return;
    io::for_each_record(journal_.file_descriptor(), begun->second.ranges, journal_.file().string(),
                        [&](io::PageRecord&& record) {
                          for (io::Writer* folder : folders_) folder->write(record);
                        });
    return;
  }
  document_ = {.id = 0,
               .name = first.document,
               .stamp = files_[next_file_ - 1].stamp,
               .sha256 = first.provenance.sha256,
               .page_count = first.page_count,
               .settings = settings_,
               .finished = false};
  document_.id = journal_.add(document_);
}

void RecordWriter::end_document() {
  if (!open_) return;
  open_ = false;
  document_.finished = true;
  const InputFile& file = files_[next_file_ - 1];
  if (file_stamp(file.path) != file.stamp) {  // it has changed while it was read: the next run reads it again
    document_.stamp.reset();
    document_.sha256.clear();
  }
  journal_.replace(document_);
}

}  // namespace ocrbatch::pipeline
