#include "cli/line_data.h"

#include <charconv>
#include <cmath>
#include <set>
#include <stdexcept>

#include "cli/errors.h"
#include "io/reader.h"
#include "pipeline/ground_truth_files.h"
#include "pipeline/page_lines.h"
#include "recognizer/synth/synthesizer.h"
#include "recognizer/train/list_source.h"
#include "recognizer/train/source_mix.h"

namespace ocrbatch::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSynthPrefix = "synth:";

cv::Mat read_line_image(const fs::path& file) {
  const auto document = io::open_document(file, io::ReadOptions{});
  if (!document) throw std::runtime_error(file.string() + ": " + document.error().message);
  auto page = document.value()->read_page(0);
  if (!page) throw std::runtime_error(file.string() + ": " + page.error().message);
  return page.value().gray;
}

bool names_something(const std::string& spec) {
  return fs::exists(is_synthetic(spec) ? spec.substr(kSynthPrefix.size()) : spec);
}

// Where lines come from: cut line images, and pages with ground truth.
struct FoundData {
  std::vector<recognizer::LabeledImage> images;
  std::vector<pipeline::GroundTruthFile> pages;
};

pipeline::GroundTruthFile page_of(const fs::path& path) {
  if (pipeline::is_ground_truth(path)) return pipeline::with_document(path);
  return {pipeline::ground_truth_of(path).value_or(fs::path()), path};
}

FoundData find_data(const fs::path& path) {
  FoundData found;
  if (!fs::is_directory(path)) {
    if (pipeline::is_ground_truth(path) || pipeline::ground_truth_of(path)) {
      found.pages.push_back(page_of(path));
      return found;
    }
    recognizer::ImageList list = recognizer::read_image_list(path);
    found.images = std::move(list.lines);
    for (const fs::path& page : list.unlabeled) found.pages.push_back(page_of(page));
    return found;
  }
  found.pages = pipeline::find_ground_truth(path);
  std::set<fs::path> documents;
  for (const auto& page : found.pages) documents.insert(page.document.lexically_normal());
  for (auto& line : recognizer::read_image_list(path).lines) {
    // NAME.gt.txt beside better ground truth is the text of a whole page.
    if (!documents.contains(line.image.lexically_normal())) found.images.push_back(std::move(line));
  }
  return found;
}

LineData open_found_data(const std::string& spec, FoundData found,
                         const kernels::LinePreparation& preparation) {
  LineData data;
  data.spec = spec;
  if (!fs::is_directory(spec)) data.files.emplace_back(spec);
  recognizer::LineSources parts;
  if (!found.images.empty()) {
    for (const auto& line : found.images) {
      data.files.push_back(line.image);
      if (fs::is_directory(spec)) data.files.push_back(fs::path(line.image).replace_extension(".gt.txt"));
    }
    parts.push_back(recognizer::make_list_source(std::move(found.images), read_line_image, preparation));
  }
  if (!found.pages.empty()) {
    for (const auto& page : found.pages) {
      data.files.push_back(page.truth);
      data.files.push_back(page.document);
    }
    parts.push_back(pipeline::open_page_lines(found.pages, preparation));
  }
  data.lines = recognizer::concatenate(std::move(parts));
  if (data.lines->size() == std::uint64_t{0}) throw InputError(spec + ": holds no labelled lines");
  return data;
}

}  // namespace

bool is_synthetic(const std::string& spec) {
  return spec.starts_with(kSynthPrefix);
}

DataSpec parse_data_spec(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos || names_something(text)) return {text, std::nullopt};
  double weight = 0;
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data() + at + 1, end, weight);
  if (error != std::errc() || read_to != end || !(weight > 0 && std::isfinite(weight)))
    throw UsageError(text + ": what follows the @ should be a weight, a positive number");
  return {text.substr(0, at), weight};
}

LineData open_line_data(const std::string& spec, const SynthChoices& synth,
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
    return {spec, recognizer::make_synthesizer(options), {}, {}, false};
  }
  if (!fs::exists(spec)) {
    throw UsageError(spec + ": no such list or folder (synthetic lines are written as synth:RECIPE)");
  }
  io::initialize_readers();
  return open_found_data(spec, find_data(spec), preparation);
} catch (const UsageError&) {
  throw;
} catch (const std::runtime_error& error) {
  throw InputError(error.what());
}

}  // namespace ocrbatch::cli
