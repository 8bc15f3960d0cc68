#include "cli/dry_run.h"

#include <spdlog/spdlog.h>

#include "cli/stdout_guard.h"
#include "cli/text_layout.h"
#include "io/reader.h"

namespace ocrbatch::cli {

ExitCode dry_run(const pipeline::ScanOptions& options) {
  const io::ReadOptions read_options{.dpi = options.dpi, .max_megapixels = options.max_megapixels};
  std::uint64_t documents = 0, failed = 0, pages = 0;
  for (const pipeline::InputFile& file : pipeline::list_inputs(options)) {
    const auto reader = io::open_document(file.path, read_options);
    ++documents;
    if (reader) {
      const int page_count = reader.value()->page_count();
      pages += static_cast<std::uint64_t>(page_count);
      print_result(std::to_string(page_count) + "\t" + file.document + "\n");
    } else {
      ++failed;
      print_result(std::string(io::error_code_name(reader.error().code)) + "\t" + file.document + "\n");
      spdlog::error("{}: {}", file.document, reader.error().message);
    }
  }
  spdlog::info("{}, {}; nothing was read", counted(documents, "document"), counted(pages, "page"));
  if (documents == failed) return ExitCode::kNoInput;
  return failed > 0 ? ExitCode::kSomeFailed : ExitCode::kOk;
}

}  // namespace ocrbatch::cli
