#include "pipeline/reading/shared_pixels.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

#include "pipeline/page_reading.h"

namespace ocrbatch::pipeline {
namespace {

constexpr std::uint64_t kNoteBytes = 4096;           // a page of memory; pixels start behind it
constexpr std::uint64_t kFirstPixelBytes = 4 << 20;  // most pages need less
constexpr std::uint64_t kKeptPixelBytes = 16 << 20;  // memory above is given back after a page
constexpr std::uint64_t kGrowthBytes = 1 << 20;

std::system_error failure(const char* what) {
  return {errno, std::generic_category(), what};
}

std::uint64_t file_bytes(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw failure("shared memory");
  return static_cast<std::uint64_t>(status.st_size);
}

unsigned char* map_shared(int descriptor, std::uint64_t bytes, int protection) {
  void* memory = ::mmap(nullptr, bytes, protection, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<unsigned char*>(memory);
}

}  // namespace

SharedPixels::SharedPixels()
    : descriptor_(::memfd_create("ocrbatch-lines", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (descriptor_.get() < 0) throw failure("memfd_create");
  const std::uint64_t bytes = kNoteBytes + kFirstPixelBytes;
  if (::ftruncate(descriptor_.get(), static_cast<off_t>(bytes)) != 0) {
    if (errno != EFBIG) throw failure("shared memory");
    throw WorkerError(
        "the limit on the size of files (ulimit -f) leaves no room for the memory that workers share: "
        "raise it, or use --isolation off");
  }
  if (::fcntl(descriptor_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
    throw failure("shared memory");
  map(bytes);
}

SharedPixels::~SharedPixels() {
  if (memory_ != nullptr) ::munmap(memory_, mapped_bytes_);
}

void SharedPixels::map(std::uint64_t bytes) {
  unsigned char* memory = map_shared(descriptor_.get(), bytes, PROT_READ | PROT_WRITE);
  if (memory_ != nullptr) ::munmap(memory_, mapped_bytes_);
  memory_ = memory;
  mapped_bytes_ = bytes;
}

bool SharedPixels::memory_refused() const {
  return reinterpret_cast<const SharedNote*>(memory_)->memory_refused.load() != 0;
}
void SharedPixels::clear_note() {
  reinterpret_cast<SharedNote*>(memory_)->memory_refused = 0;
}

std::uint64_t SharedPixels::pixel_bytes() const {
  return std::min(file_bytes(descriptor_.get()) - kNoteBytes, kMostPixelBytes);
}

void SharedPixels::copy_to(SentPage& page) {
  std::uint64_t end = kNoteBytes;
  for (const auto& [rows, cols] : page.sizes) end += static_cast<std::uint64_t>(rows) * cols;
  if (end > mapped_bytes_) map(kNoteBytes + pixel_bytes());
  unsigned char* pixels = memory_ + kNoteBytes;
  for (std::size_t i = 0; i < page.sizes.size(); ++i) {
    const auto& [rows, cols] = page.sizes[i];
    if (rows == 0) continue;
    page.page.lines[i].pixels = cv::Mat(rows, cols, CV_8UC1, pixels).clone();
    pixels += static_cast<std::uint64_t>(rows) * cols;
  }
  if (end > kNoteBytes + kKeptPixelBytes)
    ::fallocate(descriptor_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                static_cast<off_t>(kNoteBytes + kKeptPixelBytes),
                static_cast<off_t>(end - kNoteBytes - kKeptPixelBytes));
}

SharedPixelsWriter::SharedPixelsWriter(int descriptor) : descriptor_(descriptor) {
  map(file_bytes(descriptor));
  note_ = reinterpret_cast<SharedNote*>(map_shared(descriptor, kNoteBytes, PROT_READ | PROT_WRITE));
}

void SharedPixelsWriter::map(std::uint64_t bytes) {
  unsigned char* memory = map_shared(descriptor_, bytes, PROT_READ | PROT_WRITE);
  if (memory_ != nullptr) ::munmap(memory_, mapped_bytes_);
  memory_ = memory;
  mapped_bytes_ = bytes;
}

void SharedPixelsWriter::write(SentPage& page) {
  std::uint64_t end = kNoteBytes;
  page.sizes.clear();
  for (const kernels::PreparedLine& line : page.page.lines) {
    page.sizes.push_back(line.pixels.empty() ? SentPage::Size{}
                                             : SentPage::Size{line.pixels.rows, line.pixels.cols});
    end += line.pixels.total();
  }
  if (end > mapped_bytes_) {
    const std::uint64_t bytes = (end + kGrowthBytes - 1) / kGrowthBytes * kGrowthBytes;
    if (bytes > kNoteBytes + kMostPixelBytes || ::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0)
      throw std::bad_alloc();
    map(bytes);
  }
  unsigned char* pixels = memory_ + kNoteBytes;
  for (const kernels::PreparedLine& line : page.page.lines)
    for (int row = 0; row < line.pixels.rows; ++row) {
      const auto cols = static_cast<std::size_t>(line.pixels.cols);
      std::memcpy(pixels, line.pixels.ptr(row), cols);
      pixels += cols;
    }
}

}  // namespace ocrbatch::pipeline
