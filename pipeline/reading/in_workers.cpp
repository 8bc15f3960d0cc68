// Pages are read in processes of their own.
#include <algorithm>

#include "pipeline/page_reading.h"
#include "pipeline/reading/worker_pool.h"
#include "pipeline/resources.h"

namespace ocrbatch::pipeline {
namespace {

class ReadingInWorkers : public PageReading {
 public:
  ReadingInWorkers(const PageReadingOptions& options, const WorkerOptions& workers)
      : ahead_(options, workers), readers_(options, workers) {}

  io::Result<int> page_count(const std::filesystem::path& document) override {
    return ahead_.page_count({WorkerRequest::Kind::kPageCount, document.string(), 0, 0});
  }
  io::Result<io::PageSize> page_size(const std::filesystem::path& document, int index) override {
    return ahead_.page_size({WorkerRequest::Kind::kPageSize, document.string(), index, 0});
  }
  ReadPage read(const std::filesystem::path& document, int index) override {
    return readers_.read({WorkerRequest::Kind::kRead, document.string(), index, 0});
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

std::unique_ptr<PageReading> read_in_workers(const PageReadingOptions& options,
                                             const WorkerOptions& workers) {
  WorkerOptions complete = workers;
  if (complete.memory_bytes == 0)
    complete.memory_bytes = default_worker_memory_bytes(options.read.max_megapixels);
  return std::make_unique<ReadingInWorkers>(options, complete);
}

std::uint64_t default_worker_memory_bytes(double max_megapixels) {
  // JPEG 2000 takes most: three components of four bytes, held twice.
  constexpr double kBytesPerPixel = 12, kBeside = 512 << 20;
  const double machine = 0.75 * static_cast<double>(available_memory_bytes());
  return static_cast<std::uint64_t>(std::min(kBeside + kBytesPerPixel * 1e6 * max_megapixels, machine));
}

}  // namespace ocrbatch::pipeline
