#include "cli/model_gate.h"

#include <spdlog/fmt/fmt.h>

#include "cli/errors.h"
#include "cli/line_evaluation.h"
#include "cli/line_sets.h"
#include "recognizer/recognizer.h"
#include "recognizer/text_difference.h"

namespace ocrbatch::cli {
namespace {

using recognizer::Recognizer;

SetComparison compare_on(const std::string& option, const std::vector<std::string>& specs,
                         const Recognizer& old_reader, const Recognizer& new_reader,
                         const GateOptions& options) {
  // One text for both, so the alphabet of one.
  const recognizer::Alphabet alphabet(old_reader.info().alphabet);
  const auto open = [&](const Recognizer& reader) {
    return open_line_sets(option, specs, false, options.synth, alphabet, reader.info().line_preparation);
  };
  const auto old_sets = open(old_reader), new_sets = open(new_reader);
  SetComparison comparison;
  std::vector<recognizer::PairedLine> pairs;
  for (std::size_t set = 0; set < old_sets.size(); ++set) {
    const std::uint64_t count = old_sets[set].lines->size().value_or(options.count);
    const LineEvaluation old_one = evaluate_lines(old_reader, *old_sets[set].lines, count, specs[set]);
    const LineEvaluation new_one = evaluate_lines(new_reader, *new_sets[set].lines, count, specs[set]);
    report_unreadable({old_one});
    const auto &old_read = old_one.lines, &new_read = new_one.lines;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!old_read[i] || !new_read[i]) continue;
      if (old_read[i]->truth != new_read[i]->truth)
        throw InputError(
            fmt::format("{}: line {} is another one at each model's line height", specs[set], i));
      const auto before = recognizer::difference(old_read[i]->truth, old_read[i]->text);
      const auto after = recognizer::difference(new_read[i]->truth, new_read[i]->text);
      pairs.push_back({before.errors, after.errors, before.characters});
      comparison.characters += before.characters;
    }
  }
  comparison.lines = pairs.size();
  if (comparison.characters == 0)
    throw InputError(option + ": none of the lines can be read, or none has a label");
  comparison.change = recognizer::paired_bootstrap(pairs);
  return comparison;
}

std::string row(const char* name, const SetComparison& set, const std::string& verdict) {
  const auto& change = set.change;
  return fmt::format(
      "{:<10} {} lines, {} characters: CER {:.2f} % -> {:.2f} %, {:+.2f} points (95 %: {:+.2f} to {:+.2f}): "
      "{}\n",
      name, set.lines, set.characters, 100 * change.old_cer, 100 * change.new_cer, 100 * change.difference(),
      100 * change.low, 100 * change.high, verdict);
}

boost::json::object json_of(const SetComparison& set) {
  return {{"lines", set.lines},
          {"characters", set.characters},
          {"old_cer", set.change.old_cer},
          {"new_cer", set.change.new_cer},
          {"difference", set.change.difference()},
          {"interval_95", {set.change.low, set.change.high}}};
}

}  // namespace

GateResult compare_models(const GateOptions& options) {
  const auto old_reader = recognizer::load_recognizer(options.old_model, {"auto"});
  const auto new_reader = recognizer::load_recognizer(options.new_model, {"auto"});
  GateResult result;
  result.margin = options.margin;
  result.new_set = compare_on("--val", options.new_lines, *old_reader, *new_reader, options);
  result.base_set = compare_on("--base-val", options.base_lines, *old_reader, *new_reader, options);
  return result;
}

std::string report_text(const GateResult& result) {
  return row("new lines", result.new_set, result.better() ? "better" : "not surely better") +
         row("base lines", result.base_set,
             fmt::format(fmt::runtime(result.kept() ? "not worse by more than {:g} points"
                                                    : "perhaps worse by more than {:g} points"),
                         result.margin));
}

boost::json::object to_json(const GateResult& result) {
  return {{"new_lines", json_of(result.new_set)},
          {"base_lines", json_of(result.base_set)},
          {"margin_points", result.margin}};
}

}  // namespace ocrbatch::cli
