#include "cli/promote_model.h"

#include <spdlog/fmt/fmt.h>

#include <boost/json.hpp>

#include "cli/errors.h"
#include "cli/model_checksums.h"
#include "cli/model_gate.h"
#include "cli/model_path.h"
#include "cli/model_replacement.h"
#include "cli/nearest_name.h"
#include "cli/options.h"
#include "cli/stdout_guard.h"
#include "cli/version.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPromote =
    "Puts a new model in the place of an installed one, if it is better: its CER on --val must be lower, and "
    "on "
    "--base-val not\n"
    "higher by more than --margin, both with 95 % confidence (paired bootstrap over the lines). Otherwise "
    "nothing "
    "changes, and\n"
    "the exit status is 1. The old model stays as NAME.previous; `ocrbatch models restore NAME` puts it "
    "back.";

constexpr const char* kRestore =
    "Puts the model that `models promote` has replaced back in its place, and what was there in "
    "NAME.previous.";

// Among the installed models only: a folder of that name elsewhere is not what programs load by it.
fs::path find_installed(const std::string& name) {
  std::vector<std::string> names;
  for (const fs::path& folder : installed_models()) {
    names.push_back(folder.filename().string());
    if (names.back() == name) return folder;
  }
  throw recognizer::ModelError("there is no installed model '" + name + "'" + hint(name, names));
}

}  // namespace

ExitCode run_promote_command(const std::vector<std::string>& arguments) {
  GateOptions gate;
  std::string name;
  std::vector<std::string> models;
  CommandOptions options("models promote NEW --as NAME --val DATA --base-val DATA", kPromote);
  options.positional(&models);
  options.group("Models")("as", value(&name, "NAME"), "the installed model to replace");
  options.group("Lines")("val", value(&gate.new_lines, "DATA...")->multitoken(), "what the new model is for")(
      "base-val", value(&gate.base_lines, "DATA...")->multitoken(), "what the old model can read")(
      "margin", value(&gate.margin, "POINTS"),
      "points of CER that may be lost on --base-val (default 0.1: from 1.0 % to 1.1 %)")(
      "text", value(&gate.synth.text, "PATH")->multitoken(), "texts for synthetic lines")(
      "fonts", value(&gate.synth.fonts, "DIR")->multitoken(), "more fonts for synthetic lines")(
      "seed", value(&gate.synth.seed, "N"), "of synthetic lines")("count", value(&gate.count, "N"),
                                                                  "how many synthetic lines (default 1000)");
  if (!options.parse(arguments)) return ExitCode::kOk;
  if (models.size() != 1) throw UsageError("models promote needs one new model");
  for (const auto& [option, missing] : {std::pair{"--as", name.empty()},
                                        {"--val", gate.new_lines.empty()},
                                        {"--base-val", gate.base_lines.empty()}}) {
    if (missing) throw UsageError(std::string(option) + " is missing");
  }
  if (!(gate.margin >= 0)) throw UsageError("--margin: should be 0 or more points of CER");

  gate.new_model = find_model(models[0]);
  gate.old_model = find_installed(name);
  std::error_code error;
  if (fs::equivalent(gate.new_model, gate.old_model, error))
    throw UsageError(models[0] + " is the installed model itself");
  check_model_checksums(gate.new_model);
  const GateResult result = compare_models(gate);
  print_result(report_text(result));
  if (!result.passed()) {
    print_result(fmt::format("refused: {} stays as it is\n", name));
    return ExitCode::kSomeFailed;
  }
  boost::json::object record = to_json(result);
  record["from"] = fs::absolute(gate.new_model).lexically_normal().string();
  record["new_lines_data"] = boost::json::value_from(gate.new_lines);
  record["base_lines_data"] = boost::json::value_from(gate.base_lines);
  record["version"] = program_version();
  replace_model(gate.new_model, gate.old_model, boost::json::serialize(record) + "\n");
  print_result(fmt::format("{} is the new model; the old one is {}\n", gate.old_model.string(),
                           previous_of(gate.old_model).string()));
  return ExitCode::kOk;
}

ExitCode run_restore_command(const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  CommandOptions options("models restore NAME", kRestore);
  options.positional(&names);
  if (!options.parse(arguments)) return ExitCode::kOk;
  if (names.size() != 1) throw UsageError("models restore needs one name");
  const fs::path installed = find_installed(names[0]);
  restore_model(installed);
  print_result(fmt::format("{} is the previous model again; what was there is {}\n", installed.string(),
                           previous_of(installed).string()));
  return ExitCode::kOk;
}

}  // namespace ocrbatch::cli
