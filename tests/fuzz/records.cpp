// Records as merge and resumed runs read them back: what is accepted is what to_json() writes.
#include "io/record_reader.h"
#include "io/writer.h"
#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocrbatch;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto head = io::read_record_head(line);
  const auto record = io::read_record(line);
  if (!record) return 0;
  const std::string written = io::to_json(*record);
  const auto again = io::read_record(written);
  if (!again || io::to_json(*again) != written) std::abort();
  if (!io::read_record_head(written)) std::abort();
  (void)head;
  return 0;
}
