#include "recognizer/model_description.h"

#include "recognizer/recognizer.h"
#include "recognizer/strict_json.h"
#include "recognizer/whole_file.h"

namespace ocrbatch::recognizer {

void set_model_key(const std::filesystem::path& model_folder, std::string_view key,
                   const boost::json::value& value) try {
  const std::filesystem::path file = model_folder / "model.json";
  boost::json::value description = parse_json_file(file);
  description.as_object()[key] = value;
  write_whole_file(file,
                   [&](std::ostream& stream) { stream << boost::json::serialize(description) << "\n"; });
} catch (const WriteError&) {
  throw;
} catch (const std::exception& error) {
  throw ModelError(error.what());
}

}  // namespace ocrbatch::recognizer
