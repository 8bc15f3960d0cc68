// Which files a run reads, and what they are called in its records.
#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "io/reader.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;

// fnmatch(3) on the path below the input and on the last name; `*` matches "/" too, and a leading "**/" may
// match nothing, so that "**/a.pdf" finds a.pdf at any depth.
bool matches(const std::string& glob, const fs::path& below) {
  const auto match = [&](const char* pattern, const fs::path& text) {
    return fnmatch(pattern, text.c_str(), 0) == 0;
  };
  if (match(glob.c_str(), below) || match(glob.c_str(), below.filename())) return true;
  return glob.starts_with("**/") && match(glob.c_str() + 3, below);
}

bool matches_any(const std::vector<std::string>& globs, const fs::path& below) {
  return std::ranges::any_of(globs, [&](const std::string& glob) { return matches(glob, below); });
}

struct Entry {
  std::string name;
  bool folder, file;  // by its type in the folder; neither for a link, or where the file system does not say
  bool operator<(const Entry& other) const { return name < other.name; }
};

// The visible entries of a folder, by byte value; nothing when it cannot be read to its end.
std::optional<std::vector<Entry>> read_folder(const fs::path& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), &::closedir);
  if (!stream) return std::nullopt;
  std::vector<Entry> entries;
  errno = 0;
  for (const dirent* entry = nullptr; (entry = ::readdir(stream.get())) != nullptr; errno = 0)
    if (entry->d_name[0] != '.')
      entries.push_back({entry->d_name, entry->d_type == DT_DIR, entry->d_type == DT_REG});
  if (errno != 0) return std::nullopt;
  std::ranges::sort(entries, std::less<>());
  return entries;
}

class Listing {
 public:
  explicit Listing(const ScanOptions& options) : options_(options) {
    struct stat status {};
    for (const fs::path& file : options.own_files)
      if (::stat(file.c_str(), &status) == 0) own_files_.emplace(status.st_dev, status.st_ino);
  }

  void add_input(const std::string& input) {
    visited_.clear();
    struct stat status {};
    const bool there = ::stat(input.c_str(), &status) == 0;
    if (there && S_ISDIR(status.st_mode))
      add_folder(input, {});
    else
      add_file(input, {}, there ? file_stamp(status) : std::nullopt);
  }

  std::vector<InputFile> take() { return std::move(files_); }

 private:
  static std::string document_name(const fs::path& path) { return path.lexically_normal().string(); }
  bool is_ours(const std::string& document) const {
    const Shard& shard = options_.shard;
    return shard.count == 1 || shard_of(document, shard.count) == shard.index;
  }

  // A name that comes up twice is one document.
  void add_file(const fs::path& input, const fs::path& below, std::optional<FileStamp> stamp) {
    fs::path path = below.empty() ? input : input / below;
    std::string document = document_name(path);
    if (!is_ours(document)) return;
    if (seen_.insert(document).second)
      files_.push_back({.path = std::move(path), .document = std::move(document), .stamp = stamp});
  }

  void add_folder(const fs::path& input, const fs::path& below) {
    const fs::path folder = input / below;
    struct stat status {};
    // A folder that was reached before, be it through a link to a folder around it, is not entered again.
    if (stat(folder.c_str(), &status) == 0 && !visited_.emplace(status.st_dev, status.st_ino).second) return;
    const auto entries = read_folder(folder);
    // A folder that cannot be listed is a document that cannot be read, so that its absence is seen.
    if (!entries) add_file(input, below, std::nullopt);
    for (const Entry& entry : entries.value_or(std::vector<Entry>()))
      add_entry(input, below / entry.name, entry);
  }

  // One stat a file: archives have millions of them, and most are read by an earlier run. None for what is
  // another shard's: each of many shards goes through the whole archive.
  void add_entry(const fs::path& input, const fs::path& below, const Entry& entry) {
    if (matches_any(options_.exclude, below)) return;
    if (entry.folder) return add_folder(input, below);
    const fs::path path = input / below;
    if (entry.file && !is_ours(document_name(path))) return;
    struct stat status {};
    const bool there = ::stat(path.c_str(), &status) == 0;
    if (there && S_ISDIR(status.st_mode)) return add_folder(input, below);
    if (there && !S_ISREG(status.st_mode)) return;  // devices, sockets, pipes
    // Closing a file gives back the locks that SQLite has on it (POSIX), so these must not even be looked
    // into.
    if (there && own_files_.contains({status.st_dev, status.st_ino})) return;
    if (wanted(path, below)) add_file(input, below, there ? file_stamp(status) : std::nullopt);
  }

  bool wanted(const fs::path& path, const fs::path& below) const {
    if (!options_.include.empty()) return matches_any(options_.include, below);
    return io::has_document_name(below) || io::looks_like_document(path);
  }

  const ScanOptions& options_;
  std::vector<InputFile> files_;
  std::unordered_set<std::string> seen_;
  std::set<std::pair<dev_t, ino_t>> own_files_;
  std::set<std::pair<dev_t, ino_t>> visited_;  // folders below the present input
};

}  // namespace

std::vector<InputFile> list_inputs(const ScanOptions& options) {
  Listing listing(options);
  for (const std::string& input : options.inputs) listing.add_input(input);
  return listing.take();
}

}  // namespace ocrbatch::pipeline
