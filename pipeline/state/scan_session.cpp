#include "pipeline/state/scan_session.h"

#include "io/owned_descriptor.h"
#include "io/record_reader.h"
#include "pipeline/resources.h"
#include "pipeline/state/replace_output.h"

namespace ocrbatch::pipeline {

ScanSession::ScanSession(const std::filesystem::path& output, const std::filesystem::path& state,
                         const std::string& command, bool look_only)
    : paths_(output_paths(output, state)) {
  lock_.emplace(paths_.lock, output, command);
  state_ = open_state(paths_, look_only, notes_);
}

ScanSession::~ScanSession() {
  writer_.reset();
  folders_.clear();
  const bool empty = journal_bytes() == 0 && state_->is_new() && !file_stamp(paths_.output);
  journal_.reset();
  state_.reset();
  std::error_code ignored;
  if (empty) std::filesystem::remove(paths_.state, ignored);  // nothing came of it
}

// What is not listed may just be out of reach: a disk that is not mounted must not empty the output.
bool ScanSession::may_prune(const std::vector<InputFile>& files) {
  if (files.empty()) return false;
  for (const InputFile& file : files) {
    if (file.stamp) continue;
    std::error_code error;
    if (!std::filesystem::is_directory(file.path, error) && !state_->knows_documents_in(file.document))
      continue;
    notes_.push_back({true, file.document + " could not be searched: nothing is pruned"});
    return false;
  }
  return true;
}

const Plan& ScanSession::plan(ScanOptions options, const IncrementOptions& given, const std::string& settings,
                              const std::atomic<bool>& stop) {
  options.own_files = paths_.all();
  std::vector<InputFile> files = list_inputs(options);
  settings_ = settings;
  IncrementOptions increments = given;
  increments.prune = given.prune && may_prune(files);
  plan_ = make_plan(std::move(files), *state_, increments, options.pages, settings, stop);
  order_ = make_order(plan_, *state_, increments.prune);
  return plan_;
}

void ScanSession::begin(const std::vector<FolderTarget>& folders) {
  if (!plan_.unusable.empty()) {
    Transaction transaction(state_->database());
    for (const std::int64_t id : plan_.unusable) state_->journal().drop(id);
    transaction.commit();
  }
  journal_ = std::make_unique<Journal>(paths_.journal, *state_);
  std::vector<io::Writer*> writers;
  for (const FolderTarget& target : folders) {
    folders_.push_back(std::make_unique<FolderFiles>(target, plan_, order_, *state_));
    writers.push_back(&folders_.back()->writer());
  }
  writer_ = std::make_unique<RecordWriter>(*journal_, plan_.to_read, begun_documents(), settings_, writers);
  journal_->start();
}

std::map<std::string, Begun> ScanSession::begun_documents() {
  std::map<std::string, Begun> begun;
  for (const InputFile& file : plan_.to_read) {
    if (file.pages_before == 0) continue;
    Begun document{*state_->journal().find(file.document), {}};
    document.document.stamp = file.stamp;  // where only the content had told that it is the same
    for (const JournalPage& page : state_->journal().pages(document.document.id))
      document.ranges.push_back(page.range);
    begun.emplace(file.document, std::move(document));
  }
  return begun;
}

void ScanSession::note_reading(std::uint64_t pages, double thread_seconds) {
  if (pages > 0) state_->add_reading(machine_name(), pages, thread_seconds);
}

std::optional<double> ScanSession::thread_seconds_per_page() {
  return state_->thread_seconds_per_page(machine_name());
}

void ScanSession::stop() {
  journal_->commit();
}

void ScanSession::finish() {
  writer_->finish();
  journal_->commit();
  move_documents();
  for (const auto& folder : folders_) folder->complete(paths_, plan_, order_, *state_, *journal_);
  replace_output(paths_, plan_, order_, *state_, *journal_);
}

// Their records go through the journal, under their new names: so a move is kept as a reading is.
void ScanSession::move_documents() {
  io::OwnedDescriptor output;
  for (std::size_t i = 0; i < plan_.documents.size(); ++i) {
    const PlannedDocument& planned = plan_.documents[i];
    if (planned.action != Action::kMove) continue;
    if (output.get() < 0) output = io::open_to_read(paths_.output);
    const KnownDocument known = state_->at(planned.source);
    const std::int64_t id = journal_->add({.id = 0,
                                           .name = plan_.files[i].document,
                                           .stamp = plan_.files[i].stamp,
                                           .sha256 = known.sha256,
                                           .page_count = known.page_count,
                                           .settings = known.settings,
                                           .finished = true});
    io::for_each_record(output.get(), {known.range}, paths_.output.string(), [&](io::PageRecord&& record) {
      record.document = plan_.files[i].document;
      journal_->append(id, record.page_number.value_or(0),
                       record.error ? io::error_code_name(record.error->code) : "",
                       io::to_json(record) + "\n");
    });
  }
  journal_->commit();
}

}  // namespace ocrbatch::pipeline
