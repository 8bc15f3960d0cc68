#include "pipeline/state/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "io/writers/output_file.h"
#include "pipeline/state/output_paths.h"

namespace ocrbatch::pipeline {
namespace {

constexpr std::chrono::seconds kCommitEvery{1};

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw io::OutputError("cannot write " + file.string() + ": " + std::strerror(errno));
}

}  // namespace

Journal::Journal(std::filesystem::path file, StateFile& state)
    : file_(std::move(file)),
      state_(state),
      next_id_(state.journal().next_id()),
      bytes_(state.journal().bytes()) {
  if (bytes_ > 0) open();
}

Journal::~Journal() {
  try {
    commit();
  } catch (...) {
    // Whatever it was, the state says no more than is on disk.
  }
  if (file_descriptor_ >= 0) ::close(file_descriptor_);
}

void Journal::open() {
  file_descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_descriptor_ < 0 || ::ftruncate(file_descriptor_, static_cast<off_t>(bytes_)) != 0 ||
      ::lseek(file_descriptor_, 0, SEEK_END) < 0)
    fail(file_);
  sync_folder(file_);
}

int Journal::file_descriptor() {
  if (file_descriptor_ < 0) open();
  return file_descriptor_;
}

void Journal::rethrow() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

std::int64_t Journal::add(JournalDocument document) {
  rethrow();
  document.id = next_id_++;
  replace(document);
  return document.id;
}

void Journal::replace(const JournalDocument& document) {
  const std::lock_guard lock(mutex_);
  changes_.push_back({document.id, document, {}});
}

void Journal::append(std::int64_t document, int page, const std::string& code, std::string_view record_line) {
  rethrow();
  io::write_fully(file_descriptor(), record_line, file_.string());
  const std::lock_guard lock(mutex_);
  changes_.push_back({document, std::nullopt, {page, code, {bytes_, record_line.size()}}});
  bytes_ += record_line.size();
}

void Journal::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::unique_lock lock(waiting_);
    while (!wake_.wait_for(lock, stop, kCommitEvery, [&stop] { return stop.stop_requested(); })) {
      try {
        commit_changes();
      } catch (...) {
        const std::lock_guard failing(mutex_);
        failure_ = std::current_exception();
        return;
      }
    }
  });
}

void Journal::commit() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  rethrow();
  commit_changes();
}

void Journal::commit_changes() {
  std::vector<Change> changes;
  std::uint64_t bytes = 0;
  {
    const std::lock_guard lock(mutex_);
    changes.swap(changes_);
    bytes = bytes_;
  }
  if (changes.empty()) return;
  if (file_descriptor_ >= 0 && ::fdatasync(file_descriptor_) != 0) fail(file_);
  Transaction transaction(state_.database());
  for (const Change& change : changes)
    change.document ? state_.journal().put(*change.document) : state_.journal().put(change.id, change.page);
  state_.journal().set_bytes(bytes);
  transaction.commit();
}

}  // namespace ocrbatch::pipeline
