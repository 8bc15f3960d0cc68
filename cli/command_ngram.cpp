// ocrbatch ngram: a language model for a recognizer, from plain texts.
#include <spdlog/fmt/fmt.h>

#include <filesystem>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/model_checksums.h"
#include "cli/model_path.h"
#include "cli/options.h"
#include "cli/stdout_guard.h"
#include "cli/text_layout.h"
#include "io/writer.h"
#include "recognizer/language/language_model_config.h"
#include "recognizer/language/ngram_counts.h"
#include "recognizer/language/train_ngram.h"
#include "recognizer/recognizer.h"
#include "recognizer/whole_file.h"

namespace ocrbatch::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDescription =
    "Makes a character n-gram language model (modified Kneser-Ney) over a recognizer's alphabet from plain "
    "texts and puts it into a model folder, where `scan` and `eval` use it with --beam 2 or more.\n"
    "\n"
    "--out is the recognizer's own folder, or another one, which becomes a copy of it with the language "
    "model.\n"
    "\n"
    "  ocrbatch ngram --model latin-fast --text letters/ --out models/letters\n"
    "  ocrbatch eval --model models/letters --beam 8 --data my/held-out";

struct NgramArguments {
  std::string model = kDefaultModel, out;
  std::vector<std::string> text;
  double megabytes = 4;
  recognizer::NgramJob job;
  recognizer::LanguageModelConfig config;
};

bool parse(const std::vector<std::string>& arguments, NgramArguments& a) {
  CommandOptions options("ngram --text PATH... --out DIR [--model MODEL]", kDescription);
  // clang-format off
  options.group("Input")
      ("model", value(&a.model, "NAME|DIR"), "the recognizer that it is for; default latin-fast")
      ("text", value(&a.text, "PATH")->multitoken(), "plain text, UTF-8, a paragraph a line: files, or folders whose *.txt are taken")
      ("exclude", value(&a.job.exclude, "GLOB")->multitoken(), "leave out text files whose name matches (repeatable)");
  options.group("Output")
      ("out", value(&a.out, "DIR"), "the model folder that gets it")
      ("order", value(&a.job.order, "N"), "characters of the longest n-grams, 2 to 6 (default 6)")
      ("size", value(&a.megabytes, "MB"), "leave out n-grams that gain least until it is no larger (default 4)")
      ("language-weight", value(&a.config.weight, "X"), "how much it is heard; find the best with eval --language-weight (default 0.45)")
      ("length-bonus", value(&a.config.length_bonus, "X"), "what each letter of a likely word adds (default 1.8)");
  // clang-format on
  if (!options.parse(arguments)) return false;
  if (a.out.empty()) throw UsageError("--out is missing");
  if (a.text.empty()) throw UsageError("--text is missing");
  if (a.job.order < 2 || a.job.order > recognizer::kMaxNgramOrder) {
    throw UsageError(fmt::format("--order: must be 2 to {}", recognizer::kMaxNgramOrder));
  }
  if (!(a.megabytes >= 0.1 && a.megabytes <= 1000)) throw UsageError("--size: must be 0.1 to 1000");
  if (!(a.config.weight >= 0 && a.config.weight <= 100))
    throw UsageError("--language-weight: must be 0 to 100");
  a.job.text.assign(a.text.begin(), a.text.end());
  a.job.max_bytes = static_cast<std::size_t>(a.megabytes * 1e6);
  return true;
}

bool is_same_folder(const fs::path& a, const fs::path& b) {
  return fs::exists(b) && fs::equivalent(a, b);
}

// model.json comes last: with it the folder is a model. SHA256SUMS is of the other model and stays there.
void copy_model(const fs::path& model, const fs::path& out) try {
  for (const char* name : {"weights.safetensors", "model.json"}) fs::copy_file(model / name, out / name);
} catch (const fs::filesystem_error& error) {
  throw io::OutputError(error.what());
}

recognizer::NgramReport train(const NgramArguments& a, const recognizer::Alphabet& alphabet,
                              const fs::path& folder) try {
  return recognizer::train_ngram(a.job, alphabet, folder / a.config.file);
} catch (const recognizer::ModelError&) {
  throw;
} catch (const recognizer::WriteError&) {
  throw;
} catch (const fs::filesystem_error& error) {
  throw io::OutputError(error.what());
} catch (const std::runtime_error& error) {
  throw InputError(error.what());
}

}  // namespace

ExitCode run_ngram_command(const std::vector<std::string>& arguments) {
  NgramArguments a;
  if (!parse(arguments, a)) return ExitCode::kOk;
  const fs::path model = find_model(a.model);
  const recognizer::Alphabet alphabet(recognizer::read_model_info(model).alphabet);
  const fs::path folder = a.out;
  const bool same_folder = is_same_folder(model, folder);
  if (!same_folder && fs::exists(folder / "model.json"))
    throw UsageError(a.out + ": is another model; --out takes a new folder, or that of --model");
  const recognizer::NgramReport report = train(a, alphabet, folder);
  if (!same_folder) copy_model(model, folder);
  recognizer::set_language_model(folder, a.config);
  update_model_checksums(folder, {"model.json", a.config.file});
  print_result(
      fmt::format("{}: {} from {} in {}, {} left out that the alphabet has not\n"
                  "{} n-grams of up to {} characters, {} bytes\n"
                  "{:.3f} bits a character on lines held out\n",
                  (folder / a.config.file).string(), counted(report.characters, "character"),
                  counted(report.lines, "line"), counted(report.files, "file"),
                  with_thousands(static_cast<std::uint64_t>(report.unknown_characters)),
                  with_thousands(static_cast<std::uint64_t>(report.ngrams)), a.job.order,
                  with_thousands(static_cast<std::uint64_t>(report.bytes)), report.bits_per_character));
  return ExitCode::kOk;
}

}  // namespace ocrbatch::cli
