#include "cli/base_model.h"

#include <spdlog/spdlog.h>

#include <map>

#include "cli/model_path.h"
#include "cli/text_layout.h"
#include "recognizer/recognizer.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::cli {
namespace {

std::string text_of(const recognizer::LineSource& lines, std::uint64_t index) {
  try {
    return lines.text(index);
  } catch (const std::runtime_error&) {
    return "";  // the data report names it
  }
}

}  // namespace

BaseModel open_base_model(const std::string& name_or_folder) {
  const std::filesystem::path folder = find_model(name_or_folder);
  const recognizer::ModelInfo info = recognizer::read_model_info(folder);
  boost::json::value description = recognizer::parse_json_file(folder / "model.json");
  return {folder, info.sha256, description.at("model").as_object(), recognizer::Alphabet(info.alphabet)};
}

recognizer::Alphabet extended_alphabet(const BaseModel& base, const std::vector<LineData>& training) {
  std::map<std::string, std::uint64_t> found;
  for (const LineData& set : training) {
    for (std::uint64_t i = 0; i < set.lines->size().value_or(0); ++i) {
      std::vector<std::string> unknown;
      base.alphabet.encode(text_of(*set.lines, i), &unknown);
      for (const std::string& character : unknown) ++found[character];
    }
  }
  std::vector<std::string> labels = base.alphabet.labels();
  std::string added;
  for (const auto& [character, count] : found) {
    labels.push_back(character);
    added += fmt::format("{}{} ({} x)", added.empty() ? "" : ", ", character, count);
  }
  if (found.empty())
    spdlog::info("the alphabet stays as it is: the training lines have no characters beside it");
  else
    spdlog::info("the alphabet grows by {}: {}", counted(found.size(), "character"), added);
  return recognizer::Alphabet(std::move(labels));
}

}  // namespace ocrbatch::cli
