// Memory that a worker fills with the pixels of a page's lines and the process that asked copies them from.
#pragma once

#include <atomic>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "io/owned_descriptor.h"
#include "pipeline/reading/messages.h"

namespace ocrbatch::pipeline {

// A worker's side may not make it larger than this.
constexpr std::uint64_t kMostPixelBytes = std::uint64_t{1} << 30;

// What stands before the pixels.
struct SharedNote {
  // Set by the worker as soon as memory is refused to it, so that this is known even when it then crashes.
  std::atomic<std::uint32_t> memory_refused;
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

// The asking side: makes the memory. It cannot shrink, so that a worker cannot make reading from it fail.
class SharedPixels {
 public:
  SharedPixels();  // throws std::system_error; WorkerError where the user can do something about it
  SharedPixels(const SharedPixels&) = delete;
  SharedPixels& operator=(const SharedPixels&) = delete;
  ~SharedPixels();

  int descriptor() const { return descriptor_.get(); }
  bool memory_refused() const;
  void clear_note();

  // Bytes of pixels that it has room for now.
  std::uint64_t pixel_bytes() const;
  // Copies the lines' pixels; `page` makes sense (reply_check.h) with pixel_bytes(). Throws std::bad_alloc.
  void copy_to(SentPage& page);

 private:
  void map(std::uint64_t bytes);

  io::OwnedDescriptor descriptor_;
  unsigned char* memory_ = nullptr;
  std::uint64_t mapped_bytes_ = 0;
};

// The worker's side.
class SharedPixelsWriter {
 public:
  explicit SharedPixelsWriter(int descriptor);  // throws std::system_error
  std::atomic<std::uint32_t>& memory_refused() { return note_->memory_refused; }
  // Puts the pixels of all lines there and their sizes into `page`; throws std::bad_alloc when they are too
  // many.
  void write(SentPage& page);

 private:
  void map(std::uint64_t bytes);

  const int descriptor_;
  SharedNote* note_ = nullptr;
  unsigned char* memory_ = nullptr;
  std::uint64_t mapped_bytes_ = 0;
};

}  // namespace ocrbatch::pipeline
