#include "pipeline/scan.h"

#include <chrono>
#include <functional>
#include <opencv2/core/utility.hpp>
#include <sstream>

#include "io/sha256.h"
#include "pipeline/feeder.h"
#include "pipeline/graph.h"
#include "pipeline/resources.h"
#include "pipeline/stages/choose_view.h"
#include "pipeline/stages/collect.h"
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

std::string settings_digest(const ScanOptions& options, std::span<const recognizer::ModelInfo> models) {
  const kernels::LinePreparation& lines = models.front().line_preparation;  // as of all of them
  std::ostringstream text;
  text.precision(9);
  text << "dpi=" << options.dpi << ";max_megapixels=" << options.max_megapixels
       << ";layout=" << static_cast<int>(options.layout)
       << ";orientation=" << static_cast<int>(options.orientation) << ";line_height=" << lines.height_px
       << ";line_max_width=" << lines.max_width_px << ";vertical_margin=" << lines.vertical_margin
       << ";horizontal_margin=" << lines.horizontal_margin
       << ";suppress_neighbours=" << lines.suppress_neighbours
       << ";min_confidence=" << options.min_confidence;
  for (const recognizer::ModelInfo& model : models)
    text << ";model=" << model.sha256 << ";" << model.decoding;
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

ScanSummary run_scan(const ScanOptions& options, const ModelSet& models,
                     const std::vector<io::Writer*>& writers, ScanProgress& progress,
                     const OnError& on_error) {
  return run_scan(options, list_inputs(options), models, writers, progress, on_error);
}

ScanSummary run_scan(const ScanOptions& options, const std::vector<InputFile>& files, const ModelSet& models,
                     const std::vector<io::Writer*>& writers, ScanProgress& progress,
                     const OnError& on_error) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<recognizer::ModelInfo> infos = models.infos();
  const int jobs = job_count(options);
  progress.documents_listed = files.size();
  // Pages are what runs in parallel. OpenCV would start threads of its own inside each stage, beyond `jobs`.
  cv::setNumThreads(0);

  ScanSummary summary;
  const std::vector<std::string> devices = models.first().devices();
  RunState state(devices.size());
  MemoryBudget budget(options.max_memory_bytes > 0 ? options.max_memory_bytes : default_page_memory_bytes(),
                      max_pages_in_flight(jobs));
  io::Provenance provenance;
  provenance.version = options.version;
  provenance.settings = settings_digest(options, infos);
  const auto reading = make_page_reading(options, infos.front().line_preparation, &progress.stop_requested);
  const ReadPageLines read(*reading, models, options.orientation, state, progress.stop_requested);
  BatchLines batcher(models, jobs);
  const RecognizeBatch recognize(models, state, progress);
  const ChooseView choose_view(options.orientation, models, progress);
  const CollectPage collect(provenance, infos, options.min_confidence, options.timings, progress);
  WritePage write(writers, on_error, options.max_error_rate, state, progress, summary);

  PageGraph graph({.read = std::cref(read),
                   .choose_view = std::cref(choose_view),
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
  summary.pages_of_other_models = progress.pages_of_other_models;
  summary.documents = progress.documents_found;
  summary.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  summary.busy_seconds = {{"look_ahead", state.look_ahead.seconds()}, {"decode", state.decode.seconds()},
                          {"layout", state.layout.seconds()},         {"cut", state.cut.seconds()},
                          {"recognize", state.recognize.seconds()},   {"write", state.write.seconds()}};
  for (std::size_t i = 0; i < devices.size(); ++i)
    summary.devices.push_back({devices[i], state.devices[i].seconds()});
  summary.peak_bytes_in_flight = budget.peak_bytes();
  summary.workers = reading->statistics();
  for (const auto& [name, queue] : progress.queues.named())
    summary.queues.push_back({name, queue.mean(), queue.peak()});
  return summary;
}

}  // namespace ocrbatch::pipeline
