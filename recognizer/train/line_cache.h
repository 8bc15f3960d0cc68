// Prepared lines in one file, so that later epochs and runs decode and cut nothing.
//
//   auto cache = LineCache::open(file, key, why);  // null: there is none for this key, or it is damaged
//   if (!cache) write_line_cache(file, key, sources, threads, should_stop);
//   ...
//   std::unique_ptr<LineSource> lines = cached_lines(cache, 0);  // the lines of the first source
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "recognizer/train/line_source.h"

namespace ocrbatch::recognizer {

// The cache cannot be written (no space, no permission).
class LineCacheError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A file that is mapped into memory: header, lines (pixels packed by zstd, label, name), index. The header
// holds the key and a checksum of all behind it. Thread-safe.
class LineCache {
 public:
  // `key` stands for everything that the lines depend on. Returns null and says why when the file does not
  // serve: `why` is empty where there is no file.
  static std::shared_ptr<const LineCache> open(const std::string& file, const std::string& key,
                                               std::string& why);
  ~LineCache();
  LineCache(const LineCache&) = delete;
  LineCache& operator=(const LineCache&) = delete;

  std::size_t sources() const { return ends_.size(); }
  std::uint64_t lines(std::size_t source) const;
  // What the source's get() gave, or threw.
  LabeledLine line(std::size_t source, std::uint64_t index) const;

 private:
  LineCache() = default;
  std::string read_header(const std::string& key);  // what is wrong; empty when nothing is

  const char* data_ = nullptr;
  std::size_t bytes_ = 0;
  const char* index_ = nullptr;
  std::vector<std::uint64_t> ends_;  // of each source's lines in the index
};

// Stores all lines of finite sources; what get() throws is stored, too. The file appears whole or not at all;
// false when should_stop said so. Throws LineCacheError.
bool write_line_cache(const std::string& file, const std::string& key,
                      const std::vector<const LineSource*>& sources, int threads,
                      const std::function<bool()>& should_stop);

std::unique_ptr<LineSource> cached_lines(std::shared_ptr<const LineCache> cache, std::size_t source);

}  // namespace ocrbatch::recognizer
