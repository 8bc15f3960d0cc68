// Pages are read in processes of their own.
#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/page_reading.h"
#include "pipeline/reading/worker_pool.h"
#include "pipeline/resources.h"

namespace ocrbatch::pipeline {
namespace {

// A longer path is none to any file system, and the message would be refused.
std::optional<io::Error> check_name(const std::filesystem::path& document) {
  if (document.native().size() <= 65536) return std::nullopt;
  return io::Error{io::ErrorCode::kUnreadable, "cannot be read: File name too long"};
}

class ReadingInWorkers : public PageReading {
 public:
  ReadingInWorkers(const PageReadingOptions& options, const WorkerOptions& workers,
                   const std::atomic<bool>* stop)
      : ahead_(options, workers, stop), readers_(options, workers, stop) {}

  io::Result<int> page_count(const std::filesystem::path& document) override {
    if (auto error = check_name(document)) return std::move(*error);
    return ahead_.page_count({WorkerRequest::Kind::kPageCount, document.string(), 0, {}, 0});
  }
  io::Result<io::PageSize> page_size(const std::filesystem::path& document, int index) override {
    if (auto error = check_name(document)) return std::move(*error);
    return ahead_.page_size({WorkerRequest::Kind::kPageSize, document.string(), index, {}, 0});
  }
  ReadPage read(const std::filesystem::path& document, int index, const ImageView& view) override {
    if (auto error = check_name(document)) {
      ReadPage page;
      page.error = std::move(error);
      return page;
    }
    return readers_.read({WorkerRequest::Kind::kRead, document.string(), index, view, 0});
  }

  WorkerStatistics statistics() const override {
    WorkerStatistics sum = ahead_.statistics();
    const WorkerStatistics more = readers_.statistics();
    sum.started += more.started;
    sum.lost += more.lost;
    sum.recycled += more.recycled;
    sum.peak_bytes += more.peak_bytes;
    return sum;
  }

 private:
  // The worker that looks ahead has a document open to which a worker that reads may not have come yet; were
  // they the same, each would have to open its document again and again.
  WorkerPool ahead_, readers_;
};

}  // namespace

std::unique_ptr<PageReading> read_in_workers(const PageReadingOptions& options, const WorkerOptions& workers,
                                             const std::atomic<bool>* stop) {
  WorkerOptions complete = workers;
  if (complete.memory_bytes == 0)
    complete.memory_bytes = default_worker_memory_bytes(options.read.max_megapixels);
  return std::make_unique<ReadingInWorkers>(options, complete, stop);
}

std::uint64_t default_worker_memory_bytes(double max_megapixels) {
  // JPEG 2000 takes most: three components of four bytes, held twice.
  constexpr double kBytesPerPixel = 12, kBeside = 512 << 20;
  const double machine = 0.75 * static_cast<double>(available_memory_bytes());
  return static_cast<std::uint64_t>(std::min(kBeside + kBytesPerPixel * 1e6 * max_megapixels, machine));
}

}  // namespace ocrbatch::pipeline
