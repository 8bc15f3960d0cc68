#include "recognizer/synth/synth_config.h"

#include <fnmatch.h>

#include <boost/json.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <variant>

namespace ocrbatch::recognizer {
namespace {

namespace json = boost::json;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + ": " + what);
}

double to_number(const json::value& value, const std::string& path) {
  if (!value.is_number()) fail(path, "expected a number");
  return value.to_number<double>();
}

std::string to_text(const json::value& value, const std::string& path) {
  if (!value.is_string()) fail(path, "expected a string");
  return std::string(value.as_string());
}

const json::object& to_object(const json::value& value, const std::string& path) {
  if (!value.is_object()) fail(path, "expected an object");
  return value.as_object();
}

const json::array& to_array(const json::value& value, const std::string& path, std::size_t size = 0) {
  if (!value.is_array() || (size > 0 && value.as_array().size() != size))
    fail(path, size > 0 ? "expected an array of " + std::to_string(size) + " numbers" : "expected an array");
  return value.as_array();
}

void read(const json::value& value, const std::string& path, double& out) {
  out = to_number(value, path);
}

void read(const json::value& value, const std::string& path, Range& out) {
  const json::array& pair = to_array(value, path, 2);
  out = {to_number(pair[0], path), to_number(pair[1], path)};
  if (out.hi < out.lo) fail(path, "the upper end lies below the lower end");
}

void read(const json::value& value, const std::string& path, Chance& out) {
  const json::array& triple = to_array(value, path, 3);
  out = {to_number(triple[0], path), to_number(triple[1], path), to_number(triple[2], path)};
  if (out.probability < 0 || out.probability > 1) fail(path, "the probability lies outside 0 to 1");
  if (out.hi < out.lo) fail(path, "the upper end lies below the lower end");
}

void read(const json::value& value, const std::string& path, Weights& out) {
  out.clear();
  for (const auto& [key, weight] : to_object(value, path)) {
    const double number = to_number(weight, path + "." + std::string(key));
    if (number < 0) fail(path + "." + std::string(key), "a weight cannot be negative");
    out.emplace_back(key, number);
  }
}

void read(const json::value& value, const std::string& path, std::vector<std::string>& out) {
  out.clear();
  for (const json::value& item : to_array(value, path)) out.push_back(to_text(item, path));
}

void read(const json::value& value, const std::string& path, std::vector<std::filesystem::path>& out) {
  out.clear();
  for (const json::value& item : to_array(value, path)) out.emplace_back(to_text(item, path));
}

void read(const json::value& value, const std::string& path,
          std::vector<std::pair<std::string, std::string>>& out) {
  out.clear();
  for (const auto& [key, role] : to_object(value, path))
    out.emplace_back(key, to_text(role, path + "." + std::string(key)));
}

void read(const json::value& value, const std::string& path,
          std::vector<std::pair<std::string, std::vector<std::string>>>& out) {
  out.clear();
  for (const auto& [key, list] : to_object(value, path)) {
    out.emplace_back(key, std::vector<std::string>());
    read(list, path + "." + std::string(key), out.back().second);
  }
}

// Reads an object's known keys; finish() refuses the others.
class ObjectReader {
 public:
  ObjectReader(const json::value& value, std::string path)
      : path_(std::move(path)), object_(to_object(value, path_)) {}

  template <class T>
  ObjectReader& key(const char* name, T& out) {
    known_.insert(name);
    if (const json::value* value = object_.if_contains(name)) read(*value, path_ + "." + name, out);
    return *this;
  }
  template <class Function>
  ObjectReader& section(const char* name, Function&& function) {
    known_.insert(name);
    if (const json::value* value = object_.if_contains(name)) function(*value, path_ + "." + name);
    return *this;
  }
  void finish() const {
    for (const auto& entry : object_)
      if (!known_.contains(std::string(entry.key())))
        fail(path_ + "." + std::string(entry.key()), "unknown key");
  }

 private:
  std::string path_;
  const json::object& object_;
  std::set<std::string> known_;
};

void read_document(const json::value& value, const std::string& path, DocumentStyle& d) {
  ObjectReader(value, path)
      .key("weight", d.weight)
      .key("fonts", d.fonts)
      .key("text_kinds", d.text_kinds)
      .key("languages", d.languages)
      .key("typographic_marks", d.typographic_marks)
      .key("x_height_px", d.x_height_px)
      .key("stretch", d.stretch)
      .key("bold", d.bold)
      .key("italic", d.italic)
      .key("emphasis", d.emphasis)
      .key("small_words", d.small_words)
      .key("hinted", d.hinted)
      .key("letter_spacing_share", d.letter_spacing_share)
      .key("word_spacing", d.word_spacing)
      .key("mark_space", d.mark_space)
      .key("point_shift", d.point_shift)
      .key("wide_gaps", d.wide_gaps)
      .key("underline", d.underline)
      .key("strike", d.strike)
      .key("neighbours", d.neighbours)
      .key("leading", d.leading)
      .key("rule", d.rule)
      .key("box", d.box)
      .key("dark_edge", d.dark_edge)
      .key("picture", d.picture)
      .key("specks", d.specks)
      .key("crossing", d.crossing)
      .key("inverted", d.inverted)
      .key("skew_degrees", d.skew_degrees)
      .key("curl_share", d.curl_share)
      .key("perspective", d.perspective)
      .key("weight_gain_share", d.weight_gain_share)
      .key("roughness", d.roughness)
      .key("fade", d.fade)
      .key("glyph_fade", d.glyph_fade)
      .key("glyph_jitter_share", d.glyph_jitter_share)
      .key("dot_matrix", d.dot_matrix)
      .key("print_dots", d.print_dots)
      .key("ink_gray", d.ink_gray)
      .key("paper_gray", d.paper_gray)
      .key("paper_texture", d.paper_texture)
      .key("gradient", d.gradient)
      .key("bleed", d.bleed)
      .key("stain", d.stain)
      .key("blur_px", d.blur_px)
      .key("motion_px", d.motion_px)
      .key("resample", d.resample)
      .key("noise", d.noise)
      .key("bilevel", d.bilevel)
      .key("adaptive", d.adaptive)
      .key("dithered", d.dithered)
      .key("salt_pepper", d.salt_pepper)
      .key("jpeg_quality", d.jpeg_quality)
      .finish();
}

SynthConfig read_config(const json::value& value) {
  SynthConfig config;
  DocumentStyle defaults;
  ObjectReader(value, "recipe")
      .section("text",
               [&](const json::value& text, const std::string& path) {
                 ObjectReader(text, path)
                     .key("paths", config.text.paths)
                     .key("languages", config.text.languages)
                     .key("kinds", config.text.kinds)
                     .key("files", config.text.files)
                     .key("characters", config.text.characters)
                     .key("short_lines", config.text.short_lines)
                     .finish();
               })
      .section("fonts",
               [&](const json::value& fonts, const std::string& path) {
                 ObjectReader(fonts, path)
                     .key("exclude", config.fonts.exclude)
                     .key("classes", config.fonts.classes)
                     .key("incomplete", config.fonts.incomplete)
                     .finish();
               })
      .section("crop",
               [&](const json::value& crop, const std::string& path) {
                 ObjectReader(crop, path)
                     .key("ink_extents", config.crop.ink_extents)
                     .key("ascent_error", config.crop.ascent_error)
                     .key("descent_error", config.crop.descent_error)
                     .key("baseline_error_share", config.crop.baseline_error_share)
                     .key("slope_error_share", config.crop.slope_error_share)
                     .key("end_error_share", config.crop.end_error_share)
                     .key("oversize", config.crop.oversize)
                     .key("unsuppressed", config.crop.unsuppressed)
                     .finish();
               })
      .section("document_defaults", [&](const json::value& document,
                                        const std::string& path) { read_document(document, path, defaults); })
      .section("documents",
               [&](const json::value& documents, const std::string& path) {
                 for (const auto& [name, document] : to_object(documents, path)) {
                   DocumentStyle style = defaults;
                   style.name = std::string(name);
                   read_document(document, path + "." + style.name, style);
                   config.documents.push_back(std::move(style));
                 }
               })
      .finish();
  if (config.documents.empty()) fail("recipe.documents", "at least one document style is needed");
  if (config.text.kinds.empty()) fail("recipe.text.kinds", "at least one kind of text is needed");
  if (config.fonts.classes.empty()) fail("recipe.fonts.classes", "at least one class of fonts is needed");
  const auto is_class = [&](const std::string& name) {
    return std::any_of(config.fonts.classes.begin(), config.fonts.classes.end(),
                       [&](const auto& entry) { return entry.first == name; });
  };
  for (const std::string& name : config.fonts.incomplete)
    if (!is_class(name)) fail("recipe.fonts.incomplete", "no such class of fonts: " + name);
  for (const DocumentStyle& style : config.documents) {
    const std::string path = "recipe.documents." + style.name;
    if (style.x_height_px.lo < 2) fail(path + ".x_height_px", "type below 2 px cannot be drawn");
    if (style.fonts.empty()) fail(path + ".fonts", "at least one class of fonts is needed");
    for (const auto& [name, weight] : style.fonts)
      if (!is_class(name)) fail(path + ".fonts." + name, "no such class of fonts");
  }
  return config;
}

}  // namespace

SynthConfig load_synth_config(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
  std::stringstream content;
  content << stream.rdbuf();
  json::parse_options options;
  options.allow_comments = true;
  options.allow_trailing_commas = true;
  try {
    return read_config(json::parse(content.str(), {}, options));
  } catch (const std::exception& error) {
    throw std::runtime_error(file.string() + ": " + error.what());
  }
}

bool matches_pattern(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), FNM_CASEFOLD) == 0;
}

}  // namespace ocrbatch::recognizer
