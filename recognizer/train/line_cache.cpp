#include "recognizer/train/line_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "recognizer/sha256.h"

namespace ocrbatch::recognizer {
namespace {

using Checksum = Sha256::Digest;

struct Header {
  std::array<char, 8> magic{'o', 'c', 'r', 'l', 'i', 'n', 'e', '1'};
  std::uint64_t file_bytes = 0, index_offset = 0, sources = 0;
  Checksum key{}, content{};  // SHA-256
};

struct Entry {
  std::uint64_t offset = 0;
  std::uint32_t packed_bytes = 0, text_bytes = 0, name_bytes = 0;
  std::uint16_t rows = 0, cols = 0;
  std::uint32_t failed = 0;  // 1: the text is what get() threw
  std::uint32_t unused = 0;
};
static_assert(sizeof(Entry) == 32 && sizeof(Header) == 96);

// Level 1 packs prepared lines to 27 % (LZ4 to 36 %, level 6 to 27 %) and unpacks one in 55 us.
constexpr int kLevel = 1;

Checksum checksum_of(const void* data, std::size_t bytes) {
  Sha256 sha;
  sha.add(data, bytes);
  return sha.finish();
}

// One line as it goes into the file.
struct Packed {
  Entry entry;
  std::string bytes;  // pixels, text, name
};

Packed pack(const LineSource& source, std::uint64_t index) {
  Packed packed;
  LabeledLine line;
  try {
    line = source.get(index);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    line.text = error.what();
    packed.entry.failed = 1;
  }
  if (!line.pixels.empty()) {
    const cv::Mat pixels = line.pixels.isContinuous() ? line.pixels : line.pixels.clone();
    packed.bytes.resize(ZSTD_compressBound(pixels.total()));
    packed.bytes.resize(
        ZSTD_compress(packed.bytes.data(), packed.bytes.size(), pixels.data, pixels.total(), kLevel));
  }
  packed.entry.packed_bytes = static_cast<std::uint32_t>(packed.bytes.size());
  packed.entry.text_bytes = static_cast<std::uint32_t>(line.text.size());
  packed.entry.name_bytes = static_cast<std::uint32_t>(line.name.size());
  packed.entry.rows = static_cast<std::uint16_t>(line.pixels.rows);
  packed.entry.cols = static_cast<std::uint16_t>(line.pixels.cols);
  packed.bytes += line.text;
  packed.bytes += line.name;
  return packed;
}

// pack() for lines begin to end, on several threads.
std::vector<Packed> pack_run(const LineSource& source, std::uint64_t begin, std::uint64_t end, int threads) {
  std::vector<Packed> run(end - begin);
  constexpr std::uint64_t kTurn = 32;  // neighbours come from one page
  std::atomic<std::uint64_t> next{begin};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    try {
      for (std::uint64_t first; (first = next.fetch_add(kTurn)) < end;) {
        for (std::uint64_t i = first; i < std::min(end, first + kTurn); ++i) run[i - begin] = pack(source, i);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> workers;
  for (int i = 1; i < threads; ++i) workers.emplace_back(work);
  work();
  for (std::thread& worker : workers) worker.join();
  if (failure) std::rethrow_exception(failure);
  return run;
}

// A file under a temporary name until it is complete.
class NewFile {
 public:
  explicit NewFile(const std::string& file) : file_(file), temporary_(file + ".XXXXXX") {
    descriptor_ = ::mkstemp(temporary_.data());
    if (descriptor_ < 0) fail();
  }
  ~NewFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(const void* data, std::size_t bytes) {
    sha_.add(data, bytes);
    write_at(data, bytes, end_);
    end_ += bytes;
  }
  void start_behind(std::size_t bytes) { end_ = bytes; }
  std::uint64_t end() const { return end_; }

  void finish(Header header) {
    header.content = sha_.finish();
    header.file_bytes = end_;
    write_at(&header, sizeof(header), 0);
    if (::fchmod(descriptor_, 0644) != 0 || ::fsync(descriptor_) != 0 ||
        ::rename(temporary_.c_str(), file_.c_str()) != 0)
      fail();
    ::close(std::exchange(descriptor_, -1));
  }

 private:
  void write_at(const void* data, std::size_t bytes, std::uint64_t offset) {
    const char* at = static_cast<const char*>(data);
    while (bytes > 0) {
      const ssize_t written = ::pwrite(descriptor_, at, bytes, static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail();
      at += written;
      offset += static_cast<std::uint64_t>(written);
      bytes -= static_cast<std::size_t>(written);
    }
  }
  [[noreturn]] void fail() const {
    throw LineCacheError(file_ + ": the cache cannot be written: " + std::strerror(errno));
  }

  const std::string file_;
  std::string temporary_;
  int descriptor_ = -1;
  std::uint64_t end_ = 0;
  Sha256 sha_;
};

class CachedLines : public LineSource {
 public:
  CachedLines(std::shared_ptr<const LineCache> cache, std::size_t source)
      : cache_(std::move(cache)), source_(source) {}
  std::optional<std::uint64_t> size() const override { return cache_->lines(source_); }
  LabeledLine get(std::uint64_t index) const override { return cache_->line(source_, index); }

 private:
  const std::shared_ptr<const LineCache> cache_;
  const std::size_t source_;
};

}  // namespace

LineCache::~LineCache() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), bytes_);
}

std::string LineCache::read_header(const std::string& key) {
  Header header;
  const Header expected;
  if (bytes_ < sizeof(header)) return "is cut short";
  std::memcpy(&header, data_, sizeof(header));
  if (header.magic != expected.magic) return "is no cache of this version";
  if (header.key != checksum_of(key.data(), key.size())) return "is of other data or another line height";
  if (header.file_bytes != bytes_ || header.index_offset > bytes_ ||
      header.content != checksum_of(data_ + sizeof(header), bytes_ - sizeof(header)))
    return "is damaged";
  const char* at = data_ + header.index_offset;
  ends_.resize(header.sources);
  std::memcpy(ends_.data(), at, header.sources * sizeof(std::uint64_t));
  index_ = at + header.sources * sizeof(std::uint64_t);
  return {};
}

std::shared_ptr<const LineCache> LineCache::open(const std::string& file, const std::string& key,
                                                 std::string& why) {
  why.clear();
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno != ENOENT) why = std::string("cannot be read: ") + std::strerror(errno);
    return nullptr;
  }
  struct stat status {};
  void* mapped = MAP_FAILED;
  if (::fstat(descriptor, &status) == 0 && status.st_size > 0)
    mapped = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0);
  ::close(descriptor);
  if (mapped == MAP_FAILED) {
    why = "is empty or cannot be mapped";
    return nullptr;
  }
  const std::shared_ptr<LineCache> cache(new LineCache());
  cache->data_ = static_cast<const char*>(mapped);
  cache->bytes_ = static_cast<std::size_t>(status.st_size);
  why = cache->read_header(key);
  return why.empty() ? cache : nullptr;
}

std::uint64_t LineCache::lines(std::size_t source) const {
  return ends_.at(source) - (source == 0 ? 0 : ends_[source - 1]);
}

LabeledLine LineCache::line(std::size_t source, std::uint64_t index) const {
  if (index >= lines(source)) throw std::out_of_range("line " + std::to_string(index) + " of too few");
  const std::uint64_t number = (source == 0 ? 0 : ends_[source - 1]) + index;
  Entry entry;
  std::memcpy(&entry, index_ + number * sizeof(Entry), sizeof(Entry));
  const char* const packed = data_ + entry.offset;
  const char* const text = packed + entry.packed_bytes;
  LabeledLine line;
  line.text.assign(text, entry.text_bytes);
  if (entry.failed != 0) throw std::runtime_error(line.text);
  line.name.assign(text + entry.text_bytes, entry.name_bytes);
  if (entry.packed_bytes == 0) return line;
  line.pixels.create(entry.rows, entry.cols, CV_8UC1);
  if (ZSTD_decompress(line.pixels.data, line.pixels.total(), packed, entry.packed_bytes) !=
      line.pixels.total())
    throw std::runtime_error("the cache of lines changed while it was read");
  return line;
}

bool write_line_cache(const std::string& file, const std::string& key,
                      const std::vector<const LineSource*>& sources, int threads,
                      const std::function<bool()>& should_stop) {
  NewFile out(file);
  out.start_behind(sizeof(Header));
  std::vector<Entry> entries;
  std::vector<std::uint64_t> ends;
  constexpr std::uint64_t kRun = 2048;
  for (const LineSource* source : sources) {
    const std::uint64_t size = source->size().value();
    for (std::uint64_t begin = 0; begin < size; begin += kRun) {
      for (Packed& packed : pack_run(*source, begin, std::min(size, begin + kRun), threads)) {
        packed.entry.offset = out.end();
        entries.push_back(packed.entry);
        out.write(packed.bytes.data(), packed.bytes.size());
      }
      if (should_stop && should_stop()) return false;
    }
    ends.push_back(entries.size());
  }
  Header header;
  header.key = checksum_of(key.data(), key.size());
  header.sources = sources.size();
  header.index_offset = out.end();
  out.write(ends.data(), ends.size() * sizeof(std::uint64_t));
  out.write(entries.data(), entries.size() * sizeof(Entry));
  out.finish(header);
  return true;
}

std::unique_ptr<LineSource> cached_lines(std::shared_ptr<const LineCache> cache, std::size_t source) {
  return std::make_unique<CachedLines>(std::move(cache), source);
}

}  // namespace ocrbatch::recognizer
