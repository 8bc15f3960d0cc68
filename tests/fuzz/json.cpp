// Configuration files: the parser, the strict reading of objects, values set by path.
#include "recognizer/strict_json.h"
#include "tests/fuzz/input_file.h"

namespace {

using namespace ocrbatch::recognizer;

void read_object(const boost::json::value& value, const std::string& path) {
  StrictObject object(value, path);
  int integer = 0;
  double number = 0;
  std::string text;
  std::vector<int> integers;
  std::vector<std::string> texts;
  std::uint64_t natural = 0;
  bool truth = false;
  object.read("layers", integer);
  object.read("rate", number);
  object.read("name", text);
  object.read("channels", integers);
  object.read("alphabet", texts);
  object.read("seed", natural);
  object.read("flag", truth);
  if (const boost::json::value* inner = object.find("model")) read_object(*inner, object.path_of("model"));
  object.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ocrbatch::fuzz::InputFile file(data, size);
  try {
    boost::json::value value = parse_json_file(file.path());
    const std::string text(reinterpret_cast<const char*>(data), size);
    try {
      set_by_path(value, "model.layers", text);
    } catch (const ConfigError&) {
    }
    read_object(value, "");
  } catch (const ConfigError&) {
  }
  return 0;
}
