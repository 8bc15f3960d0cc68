#include "cli/reading_options.h"

#include "cli/errors.h"
#include "cli/program_folders.h"

namespace ocrbatch::cli {

void choose_layout(const std::string& layout, pipeline::ScanOptions& scan) {
  require_one_of("--layout", layout, {"fast", "tesseract", "line"});
  scan.layout = layout == "tesseract" ? pipeline::LayoutMode::kTesseract
                : layout == "line"    ? pipeline::LayoutMode::kLine
                                      : pipeline::LayoutMode::kFast;
}

void choose_orientation(const std::string& orientation, pipeline::ScanOptions& scan) {
  require_one_of("--orientation", orientation, {"auto", "off"});
  scan.orientation = orientation == "off" ? pipeline::Orientation::kOff : pipeline::Orientation::kAuto;
}

void choose_isolation(const std::string& isolation, pipeline::ScanOptions& scan) {
  require_one_of("--isolation", isolation, {"workers", "off"});
  if (isolation == "off") return;
  scan.isolation = pipeline::Isolation::kWorkers;
  scan.workers.program = find_worker_program();
}

void check_jobs(const CommandOptions& options, int jobs) {
  if (options.given("jobs") && (jobs < 1 || jobs > 4096)) throw UsageError("--jobs: must be 1 to 4096");
}

double default_min_confidence(pipeline::LayoutMode layout) {
  return layout == pipeline::LayoutMode::kLine ? 0 : 0.5;
}

}  // namespace ocrbatch::cli
