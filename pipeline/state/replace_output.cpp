#include "pipeline/state/replace_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "io/owned_descriptor.h"
#include "pipeline/state/records.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path) {
  throw io::OutputError("cannot write " + path.string() + ": " + std::strerror(errno));
}

struct Segment {
  bool in_journal = false;
  io::ByteRange range;
};

// Neighbours are joined: most of an output stays as it is, in a few long pieces.
void append(std::vector<Segment>& segments, bool in_journal, io::ByteRange range) {
  if (!segments.empty() && segments.back().in_journal == in_journal &&
      segments.back().range.end() == range.offset) {
    segments.back().range.bytes += range.bytes;
  } else {
    segments.push_back({in_journal, range});
  }
}

// The document of the present output whose records stay as they are; -1 for records of the journal.
std::int64_t kept_place(const OrderedDocument& ordered, const Plan& plan) {
  if (ordered.journal >= 0) return -1;
  if (ordered.file < 0) return ordered.place;
  const PlannedDocument& planned = plan.documents[static_cast<std::size_t>(ordered.file)];
  return planned.action == Action::kKeep ? planned.place : -1;
}

bool stays_as_it_is(const std::optional<FileStamp>& output, const Plan& plan, const Order& order,
                    StateFile& state) {
  std::int64_t place = 0;
  for (const OrderedDocument& ordered : order.documents)
    if (kept_place(ordered, plan) != place++) return false;
  return output && place == state.document_count() && state.ranges_fill(output->size_bytes);
}

void refresh_stamps(const Plan& plan, StateFile& state) {
  for (std::size_t i = 0; i < plan.documents.size(); ++i) {
    const PlannedDocument& planned = plan.documents[i];
    if (planned.action == Action::kKeep && planned.stamp_is_new)
      state.set_stamp(planned.place, *plan.files[i].stamp);
  }
}

bool has_new_stamps(const Plan& plan) {
  for (const PlannedDocument& planned : plan.documents)
    if (planned.action == Action::kKeep && planned.stamp_is_new) return true;
  return false;
}

std::vector<Segment> describe_next(const Plan& plan, const Order& order, StateFile& state) {
  std::vector<Segment> segments;
  std::int64_t place = 0;
  std::uint64_t offset = 0;
  for (const OrderedDocument& ordered : order.documents) {
    auto records = records_of(ordered, plan, state);
    if (!records) continue;
    for (const io::ByteRange& range : records->ranges) append(segments, records->in_journal, range);
    records->document.place = place++;
    records->document.range.offset = offset;
    offset = records->document.range.end();
    state.add_next(records->document, records->failed);
  }
  return segments;
}

// A file that is removed unless it is kept.
class NextFile {
 public:
  explicit NextFile(fs::path path)
      : path_(std::move(path)),
        descriptor_(::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (descriptor_.get() < 0) fail(path_);
  }
  ~NextFile() {
    if (!kept_) ::unlink(path_.c_str());
  }
  NextFile(const NextFile&) = delete;
  NextFile& operator=(const NextFile&) = delete;

  int descriptor() const { return descriptor_.get(); }
  void close_to_disk() {
    if (::fsync(descriptor_.get()) != 0) fail(path_);
    if (::close(descriptor_.release()) != 0 && errno != EINTR) fail(path_);
  }
  void keep() { kept_ = true; }

 private:
  const fs::path path_;
  io::OwnedDescriptor descriptor_;
  bool kept_ = false;
};

void write_next(const OutputPaths& paths, const std::vector<Segment>& segments, Journal& journal,
                NextFile& next) {
  io::OwnedDescriptor output;
  for (const Segment& segment : segments) {
    if (!segment.in_journal && output.get() < 0) output = io::open_to_read(paths.output);
    io::copy_range(segment.in_journal ? journal.file_descriptor() : output.get(), segment.range,
                   next.descriptor(), paths.output.string());
  }
  next.close_to_disk();
}

// Best effort, as the file system may know no modes.
void take_mode(const fs::path& from, const fs::path& to) {
  struct stat status {};
  if (::stat(from.c_str(), &status) == 0 && ::chmod(to.c_str(), status.st_mode & 07777) != 0) errno = 0;
}

void put_in_place(const fs::path& file, const OutputPaths& paths, StateFile& state,
                  Transaction& description) {
  take_mode(paths.output, file);
  const auto stamp = file_stamp(file);
  if (!stamp) fail(file);
  state.set_next_stamp(*stamp);
  description.commit();
  if (::rename(file.c_str(), paths.output.c_str()) != 0) fail(paths.output);
  sync_folder(paths.output);
}

void leave_in_place(const Plan& plan, StateFile& state, const Journal& journal) {
  if (journal.bytes() == 0 && !has_new_stamps(plan)) return;
  Transaction transaction(state.database());
  refresh_stamps(plan, state);
  state.journal().clear();
  transaction.commit();
}

bool is_whole(const std::vector<Segment>& segments, bool in_journal, std::uint64_t bytes) {
  return segments.size() == 1 && segments[0].in_journal == in_journal && segments[0].range.offset == 0 &&
         segments[0].range.bytes == bytes;
}

void replace(const OutputPaths& paths, const Plan& plan, const Order& order, StateFile& state,
             Journal& journal) {
  const auto output = file_stamp(paths.output);
  if (stays_as_it_is(output, plan, order, state)) return leave_in_place(plan, state, journal);
  {
    Transaction description(state.database());
    state.drop_next();
    const std::vector<Segment> segments = describe_next(plan, order, state);
    if (output && is_whole(segments, /*in_journal=*/false, output->size_bytes)) {
      // Rolled back: what was read has no records, as no page of it was asked for.
    } else if (is_whole(segments, /*in_journal=*/true, journal.bytes())) {
      put_in_place(paths.journal, paths, state, description);
    } else {
      NextFile next(paths.next);
      write_next(paths, segments, journal, next);
      put_in_place(paths.next, paths, state, description);
      next.keep();
    }
  }
  if (!state.next_stamp()) return leave_in_place(plan, state, journal);
  Transaction transaction(state.database());
  state.exchange();
  transaction.commit();
}

}  // namespace

void replace_output(const OutputPaths& paths, const Plan& plan, const Order& order, StateFile& state,
                    Journal& journal) {
  replace(paths, plan, order, state, journal);
  ::unlink(paths.journal.c_str());  // what a crash leaves of it, the next start removes
}

}  // namespace ocrbatch::pipeline
