#include "pipeline/state/open_state.h"

#include "io/owned_descriptor.h"
#include "pipeline/state/output_lock.h"
#include "pipeline/state/rebuild.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

std::unique_ptr<StateFile> open_file(const fs::path& path, bool look_only, std::vector<StateNote>& notes) {
  if (look_only && !is_there(path)) return std::make_unique<StateFile>(fs::path());
  try {
    return std::make_unique<StateFile>(path);
  } catch (const DatabaseBusy&) {
    throw LockedError(path.string() + " is in use by another run");
  } catch (const DatabaseCorrupt& error) {
    if (look_only) return std::make_unique<StateFile>(fs::path());
    const fs::path aside = path.string() + ".corrupt";
    notes.push_back({true, std::string(error.what()) + "; it is moved to " + aside.filename().string() +
                               " and made anew from the output"});
    std::error_code failed;
    fs::remove(path.string() + "-journal", failed);  // SQLite would apply it to the new file
    fs::rename(path, aside, failed);
    if (failed) throw io::OutputError("cannot write " + path.string() + ": " + failed.message());
    return std::make_unique<StateFile>(path);
  }
}

class Healing {
 public:
  Healing(const OutputPaths& paths, StateFile& state, std::vector<StateNote>& notes)
      : paths_(paths),
        state_(state),
        notes_(notes),
        output_(file_stamp(paths.output)),
        journal_(file_stamp(paths.journal)) {}

  void run() {
    if (fits()) return;
    Transaction transaction(state_.database());
    // The last run ended between renaming its output and saying so here, or before it renamed it.
    if (state_.next_stamp()) state_.next_stamp() == output_ ? state_.exchange() : state_.drop_next();
    if (!journal_fits()) rebuild_journal();
    if (!output_fits()) rebuild_output();
    transaction.commit();
  }

 private:
  // Nothing to do, and so nothing to write.
  bool fits() { return !state_.next_stamp() && output_fits() && journal_fits() && !state_.is_new(); }

  bool output_fits() {
    return state_.output_stamp() == output_ && state_.ranges_fill(output_ ? output_->size_bytes : 0);
  }

  bool journal_fits() {
    const std::uint64_t bytes = journal_ ? journal_->size_bytes : 0;
    return bytes >= state_.journal().bytes() && (!state_.is_new() || bytes == 0);
  }

  void rebuild_journal() {
    if (!journal_) return state_.journal().clear();
    const io::OwnedDescriptor file = io::open_to_read(paths_.journal);
    const Rebuilt result =
        pipeline::rebuild_journal(state_, file.get(), journal_->size_bytes, paths_.journal.string());
    if (result.documents > 0)
      notes_.push_back({false, std::to_string(result.documents) + " documents were found in " +
                                   paths_.journal.filename().string() + ", which the state did not know"});
  }

  void rebuild_output() {
    const bool had_documents = state_.document_count() > 0;
    const std::string name = paths_.output.string();
    if (!output_) {
      if (had_documents) notes_.push_back({true, name + " is gone: all documents count as new"});
      state_.clear_documents();
    } else {
      const io::OwnedDescriptor file = io::open_to_read(paths_.output);
      const Rebuilt result = rebuild_documents(state_, file.get(), output_->size_bytes, name);
      if (had_documents)
        notes_.push_back({true, name + " is not as the last run left it: its records are what counts"});
      if (result.documents > 0)
        notes_.push_back({false, "the state of " + std::to_string(result.documents) +
                                     " documents was made from " + name +
                                     "; their files are compared by content once"});
      if (result.lines_left_out > 0)
        notes_.push_back(
            {true, name + " has " + std::to_string(result.lines_left_out) +
                       " lines that are no records of ocrbatch, or are repeated: they are left out"});
    }
    state_.set_output_stamp(output_);
  }

  const OutputPaths& paths_;
  StateFile& state_;
  std::vector<StateNote>& notes_;
  const std::optional<FileStamp> output_, journal_;
};

}  // namespace

std::unique_ptr<StateFile> open_state(const OutputPaths& paths, bool look_only,
                                      std::vector<StateNote>& notes) {
  auto state = open_file(paths.state, look_only, notes);
  Healing(paths, *state, notes).run();
  if (look_only) return state;
  std::error_code ignored;  // nobody reads them; they are made again
  fs::remove(paths.next, ignored);
  if (state->journal().bytes() == 0) fs::remove(paths.journal, ignored);
  return state;
}

}  // namespace ocrbatch::pipeline
