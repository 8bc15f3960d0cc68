#include "pipeline/reading/allocation_watch.h"

#include <cerrno>
#include <cstddef>

namespace {

std::atomic<std::uint32_t>* refused = nullptr;

}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// glibc's own, under the names that it keeps for this purpose. Other functions (free, posix_memalign, ...) go
// on to be glibc's.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

static inline void* watched(void* memory, std::size_t size) {
  if (memory == nullptr && size > 0 && refused != nullptr) refused->store(1);
  return memory;
}

void* malloc(std::size_t size) noexcept {
  return watched(__libc_malloc(size), size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  return watched(__libc_calloc(count, size), count > 0 ? size : 0);
}
void* realloc(void* memory, std::size_t size) noexcept {
  return watched(__libc_realloc(memory, size), size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return watched(__libc_memalign(alignment, size), size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return watched(__libc_memalign(alignment, size), size);
}
// OpenCV's images.
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  void* const allocated = watched(__libc_memalign(alignment, size), size);
  if (allocated == nullptr) return ENOMEM;
  *memory = allocated;
  return 0;
}
}

#endif

namespace ocrbatch::pipeline {

void note_refused_memory(std::atomic<std::uint32_t>& note) {
  refused = &note;
}

}  // namespace ocrbatch::pipeline
