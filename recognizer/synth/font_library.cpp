#include "recognizer/synth/font_library.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include <hb.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include "recognizer/synth/text_kinds.h"

namespace ocrbatch::recognizer {
namespace {

std::string get_string(FcPattern* pattern, const char* key) {
  FcChar8* value = nullptr;
  if (FcPatternGetString(pattern, key, 0, &value) != FcResultMatch) return {};
  return reinterpret_cast<const char*>(value);
}

int get_integer(FcPattern* pattern, const char* key, int fallback) {
  int value = fallback;
  return FcPatternGetInteger(pattern, key, 0, &value) == FcResultMatch ? value : fallback;
}

std::vector<Font> list_fonts(const std::vector<std::filesystem::path>& folders) {
  const std::unique_ptr<FcConfig, decltype(&FcConfigDestroy)> config(FcInitLoadConfigAndFonts(),
                                                                     &FcConfigDestroy);
  if (!config) throw std::runtime_error("fontconfig cannot load its configuration");
  for (const std::filesystem::path& folder : folders) {
    const std::string path = folder.string();
    if (!std::filesystem::is_directory(folder) ||
        FcConfigAppFontAddDir(config.get(), reinterpret_cast<const FcChar8*>(path.c_str())) == FcFalse)
      throw std::runtime_error(path + ": no such folder of fonts");
  }
  const std::unique_ptr<FcPattern, decltype(&FcPatternDestroy)> pattern(FcPatternCreate(), &FcPatternDestroy);
  FcPatternAddBool(pattern.get(), FC_SCALABLE, FcTrue);
  const std::unique_ptr<FcObjectSet, decltype(&FcObjectSetDestroy)> keys(
      FcObjectSetBuild(FC_FILE, FC_INDEX, FC_FAMILY, FC_STYLE, FC_WEIGHT, FC_SLANT, FC_VARIABLE,
                       FC_FONTFORMAT, nullptr),
      &FcObjectSetDestroy);
  const std::unique_ptr<FcFontSet, decltype(&FcFontSetDestroy)> set(
      FcFontList(config.get(), pattern.get(), keys.get()), &FcFontSetDestroy);
  std::vector<Font> fonts;
  for (int i = 0; set && i < set->nfont; ++i) {
    FcPattern* entry = set->fonts[i];
    Font font;
    font.path = get_string(entry, FC_FILE);
    font.face_index = get_integer(entry, FC_INDEX, 0);
    // Instances of variable fonts have the instance in the upper half; families come as static files too.
    FcBool variable = FcFalse;
    FcPatternGetBool(entry, FC_VARIABLE, 0, &variable);
    if (variable == FcTrue || font.face_index > 0xFFFF) continue;
    // HarfBuzz shapes OpenType only.
    const std::string format = get_string(entry, FC_FONTFORMAT);
    if (format != "TrueType" && format != "CFF") continue;
    font.family = get_string(entry, FC_FAMILY);
    font.style = get_string(entry, FC_STYLE);
    font.bold = get_integer(entry, FC_WEIGHT, FC_WEIGHT_REGULAR) >= FC_WEIGHT_DEMIBOLD;
    font.italic = get_integer(entry, FC_SLANT, FC_SLANT_ROMAN) != FC_SLANT_ROMAN;
    fonts.push_back(std::move(font));
  }
  // The order decides which font a random number means; fontconfig's own follows the disk.
  std::sort(fonts.begin(), fonts.end(), [](const Font& a, const Font& b) {
    return std::tie(a.family, a.style, a.path, a.face_index) <
           std::tie(b.family, b.style, b.path, b.face_index);
  });
  // Many families come as OpenType and TrueType: one of them is enough.
  fonts.erase(
      std::unique(fonts.begin(), fonts.end(),
                  [](const Font& a, const Font& b) { return a.family == b.family && a.style == b.style; }),
      fonts.end());
  return fonts;
}

std::optional<FT_BBox> outline_box(FT_Face face, char32_t c) {
  const FT_UInt glyph = FT_Get_Char_Index(face, c);
  if (glyph == 0 || FT_Load_Glyph(face, glyph, FT_LOAD_NO_SCALE) != 0) return std::nullopt;
  if (face->glyph->format != FT_GLYPH_FORMAT_OUTLINE || face->glyph->outline.n_points == 0)
    return std::nullopt;
  FT_BBox box;
  FT_Outline_Get_CBox(&face->glyph->outline, &box);
  return box;
}

// The letter under the accents of `c`; `c` itself when there are none.
char32_t base_letter(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString parts;
  const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status) || !nfd->getDecomposition(static_cast<UChar32>(c), parts)) return c;
  return static_cast<char32_t>(parts.char32At(0));
}

bool same_shape(const FT_BBox& a, const FT_BBox& b) {
  return a.xMin == b.xMin && a.xMax == b.xMax && a.yMin == b.yMin && a.yMax == b.yMax;
}

// Fills in heights and coverage. False when the font cannot show plain Latin text.
bool measure(FT_Library library, Font& font, const std::vector<std::u32string>& labels) {
  hb_blob_t* blob = hb_blob_create_from_file_or_fail(font.path.c_str());
  if (blob == nullptr) return false;
  font.data = std::shared_ptr<hb_blob_t>(blob, &hb_blob_destroy);
  unsigned int size = 0;
  const char* bytes = hb_blob_get_data(blob, &size);
  FT_Face face = nullptr;
  if (FT_New_Memory_Face(library, reinterpret_cast<const FT_Byte*>(bytes), size, font.face_index, &face) != 0)
    return false;
  const std::unique_ptr<FT_FaceRec_, decltype(&FT_Done_Face)> owner(face, &FT_Done_Face);
  if (!FT_IS_SCALABLE(face) || face->units_per_EM == 0) return false;
  const auto x = outline_box(face, U'x'), d = outline_box(face, U'd'), h = outline_box(face, U'H'),
             p = outline_box(face, U'p');
  if (!x || !d || !h || !p || x->yMax <= 0) return false;
  const auto em = static_cast<float>(face->units_per_EM);
  font.x_height = static_cast<float>(x->yMax) / em;
  font.ascent = static_cast<float>(std::max(d->yMax, h->yMax)) / em;
  font.descent = static_cast<float>(std::max<FT_Pos>(0, -p->yMin)) / em;
  // Ideographs fill their square, which is higher and lower than Latin letters are.
  if (const auto square = outline_box(face, U'國'); square) {
    font.ascent = std::max(font.ascent, static_cast<float>(square->yMax) / em);
    font.descent = std::max(font.descent, static_cast<float>(-square->yMin) / em);
  }
  // Fonts whose small letters are capitals would teach that "A" reads "a".
  const auto capital_x = outline_box(face, U'X'), capital_p = outline_box(face, U'P');
  const bool only_capitals = (capital_x && same_shape(*x, *capital_x)) ||
                             (capital_p && same_shape(*p, *capital_p)) ||
                             font.descent < 0.04F * font.ascent || font.x_height > 0.93F * font.ascent;
  font.coverage.assign(labels.size() / 64 + 1, 0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    bool shown = true;
    for (const char32_t c : labels[i]) {
      if (u_isUWhiteSpace(static_cast<UChar32>(c)) != 0) continue;
      if (only_capitals && u_islower(static_cast<UChar32>(c)) != 0) shown = false;
      if (!shown) break;
      // The typesetter makes a small e above of the font's own e.
      const auto box = outline_box(face, c == kSmallEAbove ? U'e' : c);
      shown = box.has_value();
      // Some fonts show letters that they lack without the accent.
      const char32_t base = base_letter(c);
      if (!shown || base == c) continue;
      const auto base_box = outline_box(face, base);
      if (base_box && same_shape(*box, *base_box)) shown = false;
    }
    if (shown) font.coverage[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  return true;
}

}  // namespace

FontLibrary::FontLibrary(const FontStyle& style, const std::vector<std::filesystem::path>& folders,
                         const std::vector<std::u32string>& labels) {
  std::vector<Font> candidates = list_fonts(folders);
  const auto excluded = [&](const Font& font) {
    return std::any_of(style.exclude.begin(), style.exclude.end(), [&](const std::string& pattern) {
      return matches_pattern(pattern, font.family) ||
             matches_pattern(pattern, font.family + " " + font.style);
    });
  };
  std::erase_if(candidates, excluded);

  std::vector<char> usable(candidates.size(), 0);
  const unsigned workers = std::max(1U, std::min(8U, std::thread::hardware_concurrency()));
  std::vector<std::jthread> threads;
  for (unsigned worker = 0; worker < workers; ++worker) {
    threads.emplace_back([&, worker] {
      FT_Library library = nullptr;
      if (FT_Init_FreeType(&library) != 0) return;
      for (std::size_t i = worker; i < candidates.size(); i += workers)
        usable[i] = measure(library, candidates[i], labels);
      FT_Done_FreeType(library);
    });
  }
  threads.clear();

  std::map<std::string, std::map<std::string, Family>> grouped;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (usable[i] == 0) continue;
    std::string group;
    for (const auto& [name, patterns] : style.classes) {
      const bool matches = std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return matches_pattern(pattern, candidates[i].family);
      });
      if (!matches) continue;
      group = name;
      break;
    }
    if (group.empty()) continue;
    grouped[group][candidates[i].family].fonts.push_back(static_cast<int>(fonts_.size()));
    fonts_.push_back(std::move(candidates[i]));
  }
  for (auto& [name, families] : grouped) {
    for (auto& entry : families) {
      const int id = static_cast<int>(families_.size());
      for (const int index : entry.second.fonts) fonts_[index].family_id = id;
      classes_[name].families.push_back(id);
      families_.push_back(std::move(entry.second));
    }
    classes_[name].incomplete =
        std::find(style.incomplete.begin(), style.incomplete.end(), name) != style.incomplete.end();
  }
  if (fonts_.empty())
    throw std::runtime_error("no usable font found; scripts/install_training_fonts installs some");
}

bool Font::covers_most(const std::vector<int>& labels) const {
  const auto shown = std::count_if(labels.begin(), labels.end(), [this](int label) { return covers(label); });
  return static_cast<std::size_t>(shown) * 2 > labels.size();
}

template <class Shows>
const Font* FontLibrary::pick_face(const Family& family, bool bold, bool italic, const Shows& shows,
                                   Random& random) const {
  std::vector<const Font*> fitting, covering;
  for (const int index : family.fonts) {
    const Font& font = fonts_[index];
    if (!shows(font)) continue;
    covering.push_back(&font);
    if (font.bold == bold && font.italic == italic) fitting.push_back(&font);
  }
  if (!fitting.empty()) return random.pick(fitting);
  return covering.empty() ? nullptr : random.pick(covering);
}

const Font* FontLibrary::pick(const Weights& classes, bool bold, bool italic, const std::vector<int>& labels,
                              Random& random) const {
  std::vector<const Class*> groups;
  std::vector<double> weights;
  for (const auto& [name, weight] : classes) {
    const auto found = classes_.find(name);
    if (found == classes_.end() || weight <= 0) continue;
    groups.push_back(&found->second);
    weights.push_back(weight);
  }
  for (int attempt = 0; attempt < 6 && !groups.empty(); ++attempt) {
    const Class& group = *groups[random.pick_weighted(weights)];
    const auto shows = [&](const Font& font) {
      return group.incomplete ? font.covers_most(labels) : font.covers(labels);
    };
    if (const Font* font = pick_face(families_[random.pick(group.families)], bold, italic, shows, random))
      return font;
  }
  std::vector<const Font*> covering;
  for (const Font& font : fonts_)
    if (font.covers(labels)) covering.push_back(&font);
  return covering.empty() ? nullptr : random.pick(covering);
}

const Font* FontLibrary::sibling(const Font& font, const std::vector<int>& labels, Random& random) const {
  std::vector<const Font*> covering;
  for (const int index : families_[font.family_id].fonts)
    if (&fonts_[index] != &font && fonts_[index].covers(labels)) covering.push_back(&fonts_[index]);
  return covering.empty() ? nullptr : random.pick(covering);
}

}  // namespace ocrbatch::recognizer
