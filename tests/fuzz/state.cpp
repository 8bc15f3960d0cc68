// A state file of any content beside an output: it is used, or made anew from the records, and then fits
// them.
#include <filesystem>
#include <fstream>

#include "io/writer.h"
#include "pipeline/state/open_state.h"
#include "tests/fuzz/input_file.h"

namespace {

namespace fs = std::filesystem;

fs::path folder() {
  static const fs::path path = [] {
    fs::path made = fs::temp_directory_path() / ("ocrbatch-fuzz-state-" + std::to_string(::getpid()));
    fs::create_directory(made);
    return made;
  }();
  return path;
}

void write(const fs::path& file, const void* data, std::size_t size) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
}

std::string output() {
  std::string lines;
  for (const char* name : {"a.png", "b.png"}) {
    ocrbatch::io::PageRecord record;
    record.document = name;
    record.page_number = record.page_count = 1;
    record.provenance.sha256 = std::string(64, *name);
    lines += ocrbatch::io::to_json(record) + "\n";
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocrbatch::pipeline;
  for (const auto& left : fs::directory_iterator(folder())) fs::remove_all(left.path());
  const fs::path file = folder() / "out.jsonl";
  static const std::string lines = output();
  write(file, lines.data(), lines.size());
  const OutputPaths paths = output_paths(file, {});
  write(paths.state, data, size);
  try {
    std::vector<StateNote> notes;
    const auto state = open_state(paths, /*look_only=*/false, notes);
    if (!state->ranges_fill(lines.size())) std::abort();
    for (std::int64_t place = 0; place < state->document_count(); ++place) {
      const KnownDocument document = state->at(place);
      if (document.range.end() > lines.size()) std::abort();
    }
  } catch (const ocrbatch::io::OutputError&) {  // of a newer version or of another program: left alone
  }
  return 0;
}
