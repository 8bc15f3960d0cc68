#include "pipeline/scan.h"

#include <chrono>
#include <functional>
#include <opencv2/core/utility.hpp>
#include <sstream>

#include "io/sha256.h"
#include "pipeline/feeder.h"
#include "pipeline/graph.h"
#include "pipeline/resources.h"
#include "pipeline/stages/collect.h"
#include "pipeline/stages/orient.h"
#include "pipeline/stages/read.h"
#include "pipeline/stages/recognize.h"
#include "pipeline/stages/write.h"

namespace ocrbatch::pipeline {
namespace {

// Pages whose bytes are small are bounded by number: they wait for a slow page before them, or for company in
// a batch.
std::uint64_t max_pages_in_flight(int jobs) {
  return 128 + 16 * static_cast<std::uint64_t>(jobs);
}

}  // namespace

int job_count(const ScanOptions& options) {
  return options.jobs > 0 ? options.jobs : available_cores();
}

std::string settings_digest(const ScanOptions& options, const recognizer::ModelInfo& model) {
  const kernels::LinePreparation& lines = model.line_preparation;
  std::ostringstream text;
  text.precision(9);
  text << "dpi=" << options.dpi << ";max_megapixels=" << options.max_megapixels
       << ";layout=" << static_cast<int>(options.layout)
       << ";orientation=" << static_cast<int>(options.orientation) << ";model=" << model.sha256
       << ";line_height=" << lines.height_px << ";line_max_width=" << lines.max_width_px
       << ";vertical_margin=" << lines.vertical_margin << ";horizontal_margin=" << lines.horizontal_margin
       << ";suppress_neighbours=" << lines.suppress_neighbours << ";min_confidence=" << options.min_confidence
       << ";" << model.decoding;
  return io::sha256_of(text.str()).substr(0, 12);
}

std::unique_ptr<PageReading> make_page_reading(const ScanOptions& options,
                                               const kernels::LinePreparation& lines,
                                               const std::atomic<bool>* stop) {
  const PageReadingOptions reading{.read = {.dpi = options.dpi, .max_megapixels = options.max_megapixels},
                                   .layout = options.layout,
                                   .lines = lines};
  return options.isolation == Isolation::kOff ? read_in_this_process(reading, job_count(options))
                                              : read_in_workers(reading, options.workers, stop);
}

ScanSummary run_scan(const ScanOptions& options, const recognizer::Recognizer& recognizer,
                     const std::vector<io::Writer*>& writers, ScanProgress& progress,
                     const OnError& on_error) {
  return run_scan(options, list_inputs(options), recognizer, writers, progress, on_error);
}

ScanSummary run_scan(const ScanOptions& options, const std::vector<InputFile>& files,
                     const recognizer::Recognizer& recognizer, const std::vector<io::Writer*>& writers,
                     ScanProgress& progress, const OnError& on_error) {
  const auto start = std::chrono::steady_clock::now();
  const recognizer::ModelInfo& model = recognizer.info();
  const int jobs = job_count(options);
  progress.documents_listed = files.size();
  // Pages are what runs in parallel. OpenCV would start threads of its own inside each stage, beyond `jobs`.
  cv::setNumThreads(0);

  ScanSummary summary;
  const std::vector<std::string> devices = recognizer.devices();
  RunState state(devices.size());
  MemoryBudget budget(options.max_memory_bytes > 0 ? options.max_memory_bytes : default_page_memory_bytes(),
                      max_pages_in_flight(jobs));
  const io::Provenance provenance{.sha256 = {},
                                  .model = model.name,
                                  .model_sha256 = model.sha256,
                                  .version = options.version,
                                  .settings = settings_digest(options, model)};
  const auto reading = make_page_reading(options, model.line_preparation, &progress.stop_requested);
  const ReadPageLines read(*reading, recognizer, options.orientation, state, progress.stop_requested);
  BatchLines batcher(recognizer, jobs);
  const RecognizeBatch recognize(recognizer, state, progress);
  const OrientPage orient(options.orientation, progress);
  const CollectPage collect(provenance, model.confidence, options.min_confidence, options.timings, progress);
  WritePage write(writers, on_error, options.max_error_rate, state, progress, summary);

  PageGraph graph({.read = std::cref(read),
                   .orient = std::cref(orient),
                   .collect = std::cref(collect),
                   .write = std::ref(write),
                   .recognize = std::cref(recognize)},
                  batcher, state, progress.queues, jobs, devices.size());
  Feeder feeder(options, *reading, graph, budget, state, progress);
  const bool all_fed = feeder.feed(files);
  graph.finish();

  if (!all_fed) summary.stopped = true;
  summary.jobs = jobs;
  summary.lines_left_out = progress.lines_left_out;
  summary.pages_turned = progress.pages_turned;
  summary.documents = progress.documents_found;
  summary.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  summary.busy_seconds = {{"decode", state.decode.seconds()},
                          {"layout", state.layout.seconds()},
                          {"cut", state.cut.seconds()},
                          {"recognize", state.recognize.seconds()},
                          {"write", state.write.seconds()}};
  for (std::size_t i = 0; i < devices.size(); ++i)
    summary.devices.push_back({devices[i], state.devices[i].seconds()});
  summary.peak_bytes_in_flight = budget.peak_bytes();
  summary.workers = reading->statistics();
  for (const auto& [name, queue] : progress.queues.named())
    summary.queues.push_back({name, queue.mean(), queue.peak()});
  return summary;
}

}  // namespace ocrbatch::pipeline
