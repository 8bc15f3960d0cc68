// What a process that reads pages and the one that asks it say to each other, as bytes. The lines' pixels are
// not among it: they lie in shared memory (shared_pixels.h), one line after the other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/page_reading.h"

namespace ocrbatch::pipeline {

struct WorkerSetup {
  PageReadingOptions options;
  std::uint64_t memory_bytes = 0;  // see SandboxLimits
};

// The first thing that a worker says.
struct WorkerHello {
  std::uint32_t protocol = 0;  // kWorkerProtocol of its build
};
constexpr std::uint32_t kWorkerProtocol = 5;

struct WorkerRequest {
  enum class Kind : std::uint8_t { kPageCount, kPageSize, kRead };
  Kind kind = Kind::kRead;
  std::string document;  // path
  std::int32_t index = 0;
  ImageView view;                 // see PageReading::read
  std::uint32_t cpu_seconds = 0;  // how much of the processor the answer may take
};

// Rows and columns of the lines whose pixels lie in shared memory; 0 x 0 for a line without any.
struct SentPage {
  ReadPage page;  // its lines have to_page but no pixels
  struct Size {
    std::int32_t rows = 0, cols = 0;
  };
  std::vector<Size> sizes;  // as many as page.lines
};

std::string encode(const WorkerSetup& setup);
std::string encode(const WorkerHello& hello);
std::string encode(const WorkerRequest& request);
std::string encode(const io::Result<int>& page_count);
std::string encode(const io::Result<io::PageSize>& size);
std::string encode(const SentPage& page);

// Throw std::exception for bytes that are no such message. They take no more memory than a few times the
// message's length, whatever it claims. What the values mean is not checked: see reply_check.h.
void decode(const std::string& bytes, WorkerSetup& setup);
void decode(const std::string& bytes, WorkerHello& hello);
void decode(const std::string& bytes, WorkerRequest& request);
void decode(const std::string& bytes, io::Result<int>& page_count);
void decode(const std::string& bytes, io::Result<io::PageSize>& size);
void decode(const std::string& bytes, SentPage& page);

}  // namespace ocrbatch::pipeline
