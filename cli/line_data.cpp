#include "cli/line_data.h"

#include <stdexcept>

#include "cli/errors.h"
#include "io/reader.h"
#include "recognizer/synth/synthesizer.h"
#include "recognizer/train/list_source.h"

namespace ocrbatch::cli {
namespace {

constexpr std::string_view kSynthPrefix = "synth:";

cv::Mat read_line_image(const std::filesystem::path& file) {
  const auto document = io::open_document(file, io::ReadOptions{});
  if (!document) throw std::runtime_error(file.string() + ": " + document.error().message);
  auto page = document.value()->read_page(0);
  if (!page) throw std::runtime_error(file.string() + ": " + page.error().message);
  return page.value().gray;
}

}  // namespace

bool is_synthetic(const std::string& spec) {
  return spec.starts_with(kSynthPrefix);
}

std::unique_ptr<recognizer::LineSource> open_line_data(const std::string& spec, const SynthChoices& synth,
                                                       const recognizer::Alphabet& alphabet,
                                                       const kernels::LinePreparation& preparation) try {
  if (is_synthetic(spec)) {
    recognizer::SynthOptions options;
    options.config = spec.substr(kSynthPrefix.size());
    options.text.assign(synth.text.begin(), synth.text.end());
    options.fonts.assign(synth.fonts.begin(), synth.fonts.end());
    options.alphabet = alphabet.labels();
    options.seed = synth.seed;
    options.line_preparation = preparation;
    return recognizer::make_synthesizer(options);
  }
  if (!std::filesystem::exists(spec)) {
    throw UsageError(spec + ": no such list or folder (synthetic lines are written as synth:RECIPE)");
  }
  io::initialize_readers();
  return recognizer::open_line_list(spec, read_line_image, preparation);
} catch (const UsageError&) {
  throw;
} catch (const std::runtime_error& error) {
  throw InputError(error.what());
}

}  // namespace ocrbatch::cli
