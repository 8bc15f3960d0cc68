#include "cli/dry_run.h"

#include <spdlog/spdlog.h>

#include "cli/stdout_guard.h"
#include "cli/text_layout.h"
#include "io/error.h"

namespace ocrbatch::cli {

ExitCode dry_run(const pipeline::ScanOptions& options) {
  const auto reading = pipeline::make_page_reading(options, {});
  std::uint64_t documents = 0, failed = 0, pages = 0;
  for (const pipeline::InputFile& file : pipeline::list_inputs(options)) {
    const auto page_count = reading->page_count(file.path);
    ++documents;
    if (page_count) {
      pages += static_cast<std::uint64_t>(page_count.value());
      print_result(std::to_string(page_count.value()) + "\t" + file.document + "\n");
    } else {
      ++failed;
      print_result(std::string(io::error_code_name(page_count.error().code)) + "\t" + file.document + "\n");
      spdlog::error("{}: {}", file.document, page_count.error().message);
    }
  }
  spdlog::info("{}, {}; nothing was read", counted(documents, "document"), counted(pages, "page"));
  if (documents == failed) return ExitCode::kNoInput;
  return failed > 0 ? ExitCode::kSomeFailed : ExitCode::kOk;
}

}  // namespace ocrbatch::cli
