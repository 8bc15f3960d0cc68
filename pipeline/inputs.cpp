// Which files a run reads, and what they are called in its records.
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>
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

class Listing {
 public:
  explicit Listing(const ScanOptions& options) : options_(options) {}

  void add_input(const std::string& input) {
    visited_.clear();
    std::error_code error;
    if (fs::is_directory(input, error))
      add_folder(input, {});
    else
      add_file(input, {});
  }

  std::vector<InputFile> take() { return std::move(files_); }

 private:
  // A name that comes up twice is one document.
  void add_file(const fs::path& input, const fs::path& below) {
    const fs::path path = below.empty() ? input : input / below;
    std::string document = path.lexically_normal().string();
    if (seen_.insert(document).second) files_.push_back({path, std::move(document)});
  }

  void add_folder(const fs::path& input, const fs::path& below) {
    const fs::path folder = input / below;
    struct stat status {};
    // A folder that was reached before, be it through a link to a folder around it, is not entered again.
    if (stat(folder.c_str(), &status) == 0 && !visited_.emplace(status.st_dev, status.st_ino).second) return;
    std::error_code error;
    std::vector<std::string> names;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
      names.push_back(entry->path().filename().string());
    // A folder that cannot be listed is a document that cannot be read, so that its absence is seen.
    if (error) add_file(input, below);
    std::ranges::sort(names);
    for (const std::string& name : names)
      if (!name.starts_with('.')) add_entry(input, below / name);
  }

  void add_entry(const fs::path& input, const fs::path& below) {
    if (matches_any(options_.exclude, below)) return;
    const fs::path path = input / below;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) {
      add_folder(input, below);
    } else if (wanted(path, below, status)) {
      add_file(input, below);
    }
  }

  bool wanted(const fs::path& path, const fs::path& below, const fs::file_status& status) const {
    if (fs::is_other(status)) return false;  // devices, sockets, pipes
    if (!options_.include.empty()) return matches_any(options_.include, below);
    return io::looks_like_document(path);
  }

  const ScanOptions& options_;
  std::vector<InputFile> files_;
  std::unordered_set<std::string> seen_;
  std::set<std::pair<dev_t, ino_t>> visited_;  // folders below the present input
};

}  // namespace

std::vector<InputFile> list_inputs(const ScanOptions& options) {
  Listing listing(options);
  for (const std::string& input : options.inputs) listing.add_input(input);
  std::vector<InputFile> files = listing.take();
  const Shard& shard = options.shard;
  if (shard.count > 1) {
    std::erase_if(files,
                  [&](const InputFile& file) { return shard_of(file.document, shard.count) != shard.index; });
  }
  return files;
}

}  // namespace ocrbatch::pipeline
