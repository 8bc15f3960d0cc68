// ocrbatch synth: synthetic labelled lines on disk, to look at or to train elsewhere.
#include <spdlog/fmt/fmt.h>

#include <fstream>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/line_data.h"
#include "cli/options.h"
#include "io/image_file.h"
#include "io/writer.h"
#include "recognizer/alphabet.h"

namespace ocrbatch::cli {
namespace {

constexpr const char* kDescription =
    "Makes text lines that look like cut out of scanned pages: NAME.png with NAME.gt.txt, as `train` and "
    "`eval` read\n"
    "them. Line number i depends on the recipe, the texts, the installed fonts, the seed and i alone.";

}  // namespace

ExitCode run_synth_command(const std::vector<std::string>& arguments) {
  std::string recipe = "configs/synth/latin.json", vocab = "configs/alphabets/latin.txt", out;
  SynthChoices synth;
  std::uint64_t count = 100;
  kernels::LinePreparation preparation;
  CommandOptions options("synth --text PATH --out DIR", kDescription);
  options.group("Input")("text", value(&synth.text, "PATH")->multitoken(),
                         "texts: files, or a folder a language")(
      "fonts", value(&synth.fonts, "DIR")->multitoken(), "more fonts than the system's")(
      "recipe", value(&recipe, "FILE"), "fonts, layouts and degradations (configs/synth/*.json)")(
      "vocab", value(&vocab, "FILE"), "the alphabet that lines are made of");
  options.group("Output")("out", value(&out, "DIR"), "where the lines go")(
      "count", value(&count, "N"), "how many lines")("height", value(&preparation.height_px, "PIXELS"),
                                                     "height of a line")("seed", value(&synth.seed, "N"),
                                                                         "another seed, other lines");
  if (!options.parse(arguments)) return ExitCode::kOk;
  if (out.empty()) throw UsageError("--out is missing");
  if (synth.text.empty()) throw UsageError("--text is missing");

  const auto lines =
      open_line_data("synth:" + recipe, synth, recognizer::read_alphabet(vocab), preparation).lines;
  std::filesystem::create_directories(out);
  for (std::uint64_t i = 0; i < count; ++i) {
    const recognizer::LabeledLine line = lines->get(i);
    const std::string name = fmt::format("{}/{:07}", out, i);
    io::write_png(name + ".png", line.pixels);
    std::ofstream stream(name + ".gt.txt");
    stream << line.text << "\n";
    if (!stream.flush()) throw io::OutputError(name + ".gt.txt: cannot be written");
  }
  return ExitCode::kOk;
}

}  // namespace ocrbatch::cli
