#include <spdlog/fmt/fmt.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/model_adapters.h"
#include "cli/model_checksums.h"
#include "cli/model_path.h"
#include "cli/options.h"
#include "cli/promote_model.h"
#include "cli/stdout_guard.h"
#include "cli/text_layout.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDescription =
    "Shows which models there are and whether they are whole, and puts a better one in a model's place.\n"
    "\n"
    "  list                     name, architecture, size, alphabet, CER on validation lines\n"
    "  show NAME|DIR            one model in full: where it is, its checksum, its model.json, and how\n"
    "                           Python loads its weights\n"
    "  verify [NAME|DIR...]     loads models (all of them without a name) and checks their files against\n"
    "                           SHA256SUMS\n"
    "  delta MODEL              what fine-tuning changed, as a file: MODEL against --base, into --out\n"
    "  apply FILE               the model again, from such a FILE and its --base, into --out\n"
    "  merge MODEL              MODEL with its LoRA added to the weights, into --out\n"
    "  average MODEL MODEL...   the mean of models that were trained on from the same one, into --out\n"
    "  promote MODEL --as NAME  puts a new model in an installed one's place if it is better;\n"
    "                           `models promote --help` says how\n"
    "  restore NAME             puts the model that was replaced back";

boost::json::object read_description(const fs::path& folder) {
  std::ifstream stream(folder / "model.json");
  std::stringstream text;
  text << stream.rdbuf();
  boost::system::error_code error;
  boost::json::parse_options with_comments;
  with_comments.allow_comments = true;
  const boost::json::value value = boost::json::parse(text.str(), error, {}, with_comments);
  return !error && value.is_object() ? value.as_object() : boost::json::object();
}

std::string measured_cer(const fs::path& folder) {
  const boost::json::object description = read_description(folder);
  const boost::json::value* measured = description.if_contains("measured");
  if (measured == nullptr || !measured->is_object()) return "-";
  const boost::json::value* cer = measured->as_object().if_contains("validation_cer");
  if (cer == nullptr || !cer->is_number()) return "-";
  return fmt::format("{:.2f} %", 100 * cer->to_number<double>());
}

ExitCode list_models() {
  constexpr const char* kRow = "{:<20} {:<20} {:>12} {:>9} {:>8}  {}\n";
  std::string table = fmt::format(kRow, "NAME", "ARCHITECTURE", "PARAMETERS", "ALPHABET", "CER", "FOLDER");
  const std::vector<fs::path> folders = installed_models();
  if (folders.empty()) {
    std::string places;
    for (const fs::path& place : model_search_path()) places += (places.empty() ? "" : ", ") + place.string();
    throw recognizer::ModelError("no model is installed; looked in " + places);
  }
  for (const fs::path& folder : folders) {
    const recognizer::ModelInfo info = recognizer::read_model_info(folder);
    table += fmt::format(kRow, info.name, info.architecture, with_thousands(info.parameters),
                         info.alphabet_size, measured_cer(folder), folder.string());
  }
  print_result(table);
  return ExitCode::kOk;
}

// Five lines that need no program of ours. JSON's strings are Python's, too.
std::string python_that_loads(const fs::path& folder) {
  const std::string file = fs::absolute(folder / "weights.safetensors").lexically_normal().string();
  return "from safetensors.numpy import load_file  # pip install safetensors numpy\n"
         "weights = load_file(" +
         boost::json::serialize(boost::json::value(file)) +
         ")\n"
         "for name, tensor in sorted(weights.items()):\n"
         "    print(name, tensor.dtype, tensor.shape)\n"
         "print(sum(tensor.size for tensor in weights.values()), \"numbers\")\n";
}

ExitCode show_model(const std::string& name) {
  const fs::path folder = find_model(name);
  const recognizer::ModelInfo info = recognizer::read_model_info(folder);
  std::ifstream stream(folder / "model.json");
  std::stringstream description;
  description << stream.rdbuf();
  print_result(
      fmt::format("name          {}\nfolder        {}\narchitecture  {}\nparameters    {}\nalphabet      {} "
                  "characters\nlines         {} pixels high, at most {} wide\nsha256        {}\n\n{}\n{}",
                  info.name, folder.string(), info.architecture, with_thousands(info.parameters),
                  info.alphabet_size, info.line_preparation.height_px, info.line_preparation.max_width_px,
                  info.sha256, description.str(), python_that_loads(folder)));
  return ExitCode::kOk;
}

ExitCode verify_models(const std::vector<fs::path>& folders) {
  if (folders.empty()) throw recognizer::ModelError("no model is installed");
  for (const fs::path& folder : folders) {
    const std::size_t checked = check_model_checksums(folder);
    const auto recognizer = recognizer::load_recognizer(folder, {.device = "cpu"});
    const std::string files = checked > 0 ? counted(checked, "file") + " as listed in SHA256SUMS"
                                          : "it has no SHA256SUMS, files unchecked";
    print_result(fmt::format("{}: loads; {}; weights {}\n", recognizer->info().name, files,
                             recognizer->info().sha256));
  }
  return ExitCode::kOk;
}

}  // namespace

ExitCode run_models_command(const std::vector<std::string>& arguments) {
  const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  if (!arguments.empty() && arguments[0] == "promote") return run_promote_command(rest);
  if (!arguments.empty() && arguments[0] == "restore") return run_restore_command(rest);
  std::vector<std::string> words;
  AdapterArguments adapters;
  CommandOptions options("models list|show|verify|delta|apply|merge|average|promote|restore ...",
                         kDescription);
  options.group("Adapters")("base", value(&adapters.base, "MODEL"),
                            "the model that fine-tuning started from")(
      "out", value(&adapters.out, "FILE|DIR"), "where delta, apply, merge and average write");
  options.positional(&words);
  if (!options.parse(arguments)) return ExitCode::kOk;
  if (words.empty())
    throw UsageError(
        "models needs one of list, show, verify, delta, apply, merge, average, promote, restore");
  require_one_of("models", words[0],
                 {"list", "show", "verify", "delta", "apply", "merge", "average", "promote", "restore"});
  const std::vector<std::string> names(words.begin() + 1, words.end());
  if (words[0] == "list") {
    if (!names.empty())
      throw UsageError("models list takes no name; `ocrbatch models show " + names[0] + "` does");
    return list_models();
  }
  adapters.names = names;
  if (words[0] == "delta") return run_models_delta(adapters);
  if (words[0] == "apply") return run_models_apply(adapters);
  if (words[0] == "merge") return run_models_merge(adapters);
  if (words[0] == "average") return run_models_average(adapters);
  if (words[0] == "show") {
    if (names.size() != 1) throw UsageError("models show needs one model");
    return show_model(names[0]);
  }
  std::vector<fs::path> folders = names.empty() ? installed_models() : std::vector<fs::path>();
  for (const std::string& name : names) folders.push_back(find_model(name));
  return verify_models(folders);
}

}  // namespace ocrbatch::cli
