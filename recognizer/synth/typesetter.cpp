#include "recognizer/synth/typesetter.h"

#include <ft2build.h>
#include <hb-ot.h>
#include <hb.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <unordered_map>

#include "recognizer/synth/text_kinds.h"

namespace ocrbatch::recognizer {
namespace {

// A glyph's outline in font units.
struct Outline {
  std::vector<FT_Vector> points;
  std::vector<char> tags;
  std::vector<short> contours;
  int flags = 0;
};

struct Face {
  FT_Face face = nullptr;
  hb_font_t* shaper = nullptr;
  double units_per_em = 1000;
  std::unordered_map<std::uint32_t, Outline> outlines;

  Face(FT_Library library, const Font& font) {
    unsigned int size = 0;
    const char* bytes = hb_blob_get_data(font.data.get(), &size);
    if (FT_New_Memory_Face(library, reinterpret_cast<const FT_Byte*>(bytes), size, font.face_index, &face) !=
        0)
      throw std::runtime_error(font.path + ": FreeType cannot open it");
    hb_face_t* shared = hb_face_create(font.data.get(), static_cast<unsigned>(font.face_index));
    shaper = hb_font_create(shared);
    hb_face_destroy(shared);
    hb_ot_font_set_funcs(shaper);
    units_per_em = face->units_per_EM;
    hb_font_set_scale(shaper, face->units_per_EM, face->units_per_EM);
  }
  ~Face() {
    hb_font_destroy(shaper);
    FT_Done_Face(face);
  }
  Face(const Face&) = delete;
  Face& operator=(const Face&) = delete;
};

// FreeType hands over spans of equal coverage; they go straight onto the canvas.
struct SpanTarget {
  cv::Mat* canvas;
  int ink;  // 0-256
};

void add_spans(int y, int count, const FT_Span* spans, void* user) {
  const SpanTarget& target = *static_cast<SpanTarget*>(user);
  // FreeType's y runs upwards; the outline was placed with the canvas' y negated.
  std::uint8_t* row = target.canvas->ptr(-1 - y);
  for (int i = 0; i < count; ++i) {
    const int coverage = spans[i].coverage * target.ink >> 8;
    std::uint8_t* pixel = row + spans[i].x;
    for (int k = 0; k < spans[i].len; ++k)
      pixel[k] = static_cast<std::uint8_t>(std::min(255, pixel[k] + coverage));
  }
}

bool is_point(char32_t c) {
  return c == U'.' || c == U',';
}

// Whether a mark is one that printers used to set off from what stands before it.
bool stands_off(char32_t before, char32_t mark) {
  const auto is_such = [](char32_t c) { return c == U';' || c == U':' || c == U'?' || c == U'!'; };
  return is_such(mark) && !is_such(before) && before != U' ';
}

}  // namespace

struct Typesetter::Implementation {
  FT_Library library = nullptr;
  hb_buffer_t* buffer = nullptr;
  std::unordered_map<const Font*, std::unique_ptr<Face>> faces;
  std::size_t outline_count = 0;
  Outline scratch;

  Implementation() {
    if (FT_Init_FreeType(&library) != 0) throw std::runtime_error("FreeType cannot start");
    buffer = hb_buffer_create();
  }
  ~Implementation() {
    faces.clear();
    hb_buffer_destroy(buffer);
    FT_Done_FreeType(library);
  }

  Face& face_of(const Font& font) {
    std::unique_ptr<Face>& face = faces[&font];
    if (!face) face = std::make_unique<Face>(library, font);
    return *face;
  }

  const Outline& outline_of(Face& face, std::uint32_t glyph) {
    const auto found = face.outlines.find(glyph);
    if (found != face.outlines.end()) return found->second;
    // About 100 MB of outlines; beyond that the rarest do not pay.
    constexpr std::size_t kMaxOutlines = 100'000;
    if (outline_count > kMaxOutlines) {
      for (auto& entry : faces) entry.second->outlines.clear();
      outline_count = 0;
    }
    Outline outline;
    if (FT_Load_Glyph(face.face, glyph, FT_LOAD_NO_SCALE) == 0 &&
        face.face->glyph->format == FT_GLYPH_FORMAT_OUTLINE) {
      const FT_Outline& source = face.face->glyph->outline;
      outline.points.assign(source.points, source.points + source.n_points);
      outline.tags.assign(source.tags, source.tags + source.n_points);
      outline.contours.assign(source.contours, source.contours + source.n_contours);
      outline.flags = source.flags;
    }
    ++outline_count;
    return face.outlines.emplace(glyph, std::move(outline)).first->second;
  }

  // Faces of fixed pitch give all glyphs this advance, points among them. In the font's units.
  static hb_position_t zero_advance(const Face& face) {
    hb_codepoint_t zero = 0;
    hb_font_get_nominal_glyph(face.shaper, U'0', &zero);
    return hb_font_get_glyph_h_advance(face.shaper, zero);
  }

  // A small e above the glyph `base`, as German type had it for an umlaut's dots, of a font that has no such
  // mark: the font's own e, reduced. Positions are relative to the base's.
  PlacedGlyph small_e_above(Face& face, const PlacedGlyph& base, double scale, double stretch) {
    constexpr double kSize = 0.5, kGapEm = 0.03;
    PlacedGlyph placed = base;
    hb_font_get_nominal_glyph(face.shaper, U'e', &placed.glyph);
    placed.size = base.size * kSize;
    double top = 0, middle = 0;
    if (const Outline& outline = outline_of(face, base.glyph); !outline.points.empty()) {
      double left = outline.points[0].x, right = left;
      for (const FT_Vector& point : outline.points) {
        top = std::max(top, static_cast<double>(point.y));
        left = std::min(left, static_cast<double>(point.x));
        right = std::max(right, static_cast<double>(point.x));
      }
      middle = (left + right) / 2;
    }
    const double half_advance = 0.5 * kSize * hb_font_get_glyph_h_advance(face.shaper, placed.glyph);
    placed.x_px += (middle - half_advance) * scale * stretch;
    placed.y_px += (top + kGapEm * face.units_per_em) * scale;
    return placed;
  }

  // An outline fitted to the pixel grid at a size; not kept, since sizes hardly repeat.
  Outline hinted_outline(Face& face, std::uint32_t glyph, double em_px) {
    Outline outline;
    FT_Set_Char_Size(face.face, 0, static_cast<FT_F26Dot6>(std::lround(em_px) * 64), 72, 72);
    if (FT_Load_Glyph(face.face, glyph, FT_LOAD_TARGET_LIGHT | FT_LOAD_NO_BITMAP) != 0 ||
        face.face->glyph->format != FT_GLYPH_FORMAT_OUTLINE)
      return outline;
    const FT_Outline& source = face.face->glyph->outline;
    outline.points.assign(source.points, source.points + source.n_points);
    outline.tags.assign(source.tags, source.tags + source.n_points);
    outline.contours.assign(source.contours, source.contours + source.n_contours);
    outline.flags = source.flags;
    return outline;
  }
};

Typesetter::Typesetter() : implementation_(std::make_unique<Implementation>()) {}
Typesetter::~Typesetter() = default;

SetLine Typesetter::set(const std::vector<TextRun>& runs, const TypeStyle& style, Random& random) {
  SetLine line;
  line.style = style;
  if (style.hinted) line.style.em_px = std::max(4.0, std::round(style.em_px));
  const bool plain = !style.ligatures || style.letter_spacing_px != 0;
  const hb_feature_t no_ligatures[] = {{HB_TAG('l', 'i', 'g', 'a'), 0, 0, ~0U},
                                       {HB_TAG('c', 'l', 'i', 'g'), 0, 0, ~0U}};
  hb_buffer_t* buffer = implementation_->buffer;
  double x = 0, wander = 0;
  for (const TextRun& run : runs) {
    Face& face = implementation_->face_of(*run.font);
    hb_buffer_reset(buffer);
    hb_buffer_add_utf32(buffer, reinterpret_cast<const std::uint32_t*>(run.text.data()),
                        static_cast<int>(run.text.size()), 0, -1);
    hb_buffer_guess_segment_properties(buffer);
    hb_buffer_set_direction(buffer, HB_DIRECTION_LTR);
    hb_shape(face.shaper, buffer, no_ligatures, plain ? 2 : 0);
    unsigned int count = 0;
    const hb_glyph_info_t* infos = hb_buffer_get_glyph_infos(buffer, &count);
    const hb_glyph_position_t* positions = hb_buffer_get_glyph_positions(buffer, &count);
    const double scale = line.style.em_px * run.size / face.units_per_em;
    for (unsigned int i = 0; i < count; ++i) {
      double advance = positions[i].x_advance * scale * style.stretch;
      if (run.text[infos[i].cluster] == U' ') {
        advance *= style.word_spacing;
        if (style.gap_probability > 0 && random.chance(style.gap_probability)) advance += style.gap_px;
      } else if (infos[i].codepoint != 0) {  // a box for a missing glyph is no ink of a real page
        PlacedGlyph placed{run.font, infos[i].codepoint, run.size};
        placed.x_px = x + positions[i].x_offset * scale * style.stretch;
        placed.y_px = positions[i].y_offset * scale;
        if (style.point_shift > 0 && is_point(run.text[infos[i].cluster]) &&
            positions[i].x_advance == implementation_->zero_advance(face))
          placed.x_px -= style.point_shift * advance;
        if (style.jitter_px > 0) {
          // Neighbouring letters share most of their displacement: type bars and slugs wander slowly.
          wander = 0.5 * wander + 0.7 * random.normal() * style.jitter_px;
          placed.y_px += wander;
          placed.x_px += 0.5 * random.normal() * style.jitter_px;
        }
        line.glyphs.push_back(placed);
      } else if (!line.glyphs.empty() && infos[i].cluster + 1 < run.text.size() &&
                 run.text[infos[i].cluster + 1] == kSmallEAbove) {
        line.glyphs.push_back(implementation_->small_e_above(face, line.glyphs.back(), scale, style.stretch));
        continue;
      }
      if (positions[i].x_advance != 0) advance += style.letter_spacing_px;
      if (i + 1 < count && stands_off(run.text[infos[i].cluster], run.text[infos[i + 1].cluster]))
        advance += style.mark_space_px;
      x += style.hinted ? std::round(advance) : advance;
    }
  }
  line.width_px = std::max(1.0, x);
  return line;
}

cv::Rect2d Typesetter::draw(const SetLine& line, const LinePath& path, Random& random, cv::Mat& canvas) {
  Implementation& own = *implementation_;
  const double cosine = std::cos(path.angle_radians), sine = std::sin(path.angle_radians);
  Outline& work = own.scratch;
  double left = 1e9, right = -1e9, bottom = 1e9, top = -1e9;
  for (const PlacedGlyph& placed : line.glyphs) {
    Face& face = own.face_of(*placed.font);
    const double em_px = line.style.em_px * placed.size;
    const double ink =
        line.style.glyph_fade > 0 ? 1 - line.style.glyph_fade * random.uniform() * random.uniform() : 1;
    const double t = placed.x_px / path.length_px;  // 0 at the left end, 1 at the right
    const double local_scale = 1 + (path.end_scale - 1) * t;
    const double bow = path.bow_px * 4 * t * (1 - t);
    const double slope = path.angle_radians + path.bow_px * 4 * (1 - 2 * t) / path.length_px;
    double unit = em_px / face.units_per_em * local_scale * 64;
    const Outline* source = nullptr;
    Outline hinted;
    if (line.style.hinted) {
      hinted = own.hinted_outline(face, placed.glyph, em_px);
      source = &hinted;
      unit = local_scale;
    } else {
      source = &own.outline_of(face, placed.glyph);
    }
    if (source->points.empty()) continue;
    // Canvas position of the glyph's origin, y upwards (negated canvas rows), in 1/64 px.
    const double ox = (path.origin_x + placed.x_px * cosine - (placed.y_px + bow) * sine) * 64;
    const double oy = (-path.origin_y + placed.x_px * sine + (placed.y_px + bow) * cosine) * 64;
    const double a = unit * std::cos(slope), b = unit * std::sin(slope);
    work.tags = source->tags;
    work.contours = source->contours;
    work.points.resize(source->points.size());
    double x_min = 1e9, x_max = -1e9, y_min = 1e9, y_max = -1e9;
    for (std::size_t i = 0; i < work.points.size(); ++i) {
      const double gx = static_cast<double>(source->points[i].x) * line.style.stretch;
      const auto gy = static_cast<double>(source->points[i].y);
      x_min = std::min(x_min, gx), x_max = std::max(x_max, gx);
      y_min = std::min(y_min, gy), y_max = std::max(y_max, gy);
      work.points[i].x = static_cast<FT_Pos>(ox + a * gx - b * gy);
      work.points[i].y = static_cast<FT_Pos>(oy + b * gx + a * gy);
    }
    left = std::min(left, placed.x_px + x_min * unit / 64);
    right = std::max(right, placed.x_px + x_max * unit / 64);
    bottom = std::min(bottom, placed.y_px + bow + y_min * unit / 64);
    top = std::max(top, placed.y_px + bow + y_max * unit / 64);

    FT_Outline outline{};
    outline.n_contours = static_cast<short>(work.contours.size());
    outline.n_points = static_cast<short>(work.points.size());
    outline.points = work.points.data();
    outline.tags = work.tags.data();
    outline.contours = work.contours.data();
    outline.flags = source->flags | FT_OUTLINE_HIGH_PRECISION;
    if (line.style.weight_gain_px != 0 && !line.style.hinted) {
      const auto gain = static_cast<FT_Pos>(std::lround(line.style.weight_gain_px * 64));
      if (FT_Outline_Embolden(&outline, gain) == 0) FT_Outline_Translate(&outline, -gain / 2, -gain / 2);
    }
    FT_BBox box;
    FT_Outline_Get_CBox(&outline, &box);
    if (box.xMax < 0 || box.xMin > canvas.cols * 64L || box.yMax < -canvas.rows * 64L || box.yMin > 0)
      continue;
    SpanTarget target{&canvas, static_cast<int>(std::lround(ink * 256))};
    FT_Raster_Params parameters{};
    parameters.flags = FT_RASTER_FLAG_AA | FT_RASTER_FLAG_DIRECT | FT_RASTER_FLAG_CLIP;
    parameters.gray_spans = &add_spans;
    parameters.user = &target;
    parameters.clip_box = {0, -canvas.rows, canvas.cols, 0};
    FT_Outline_Render(own.library, &outline, &parameters);
  }
  if (left > right) return {0, 0, 0, 0};
  return {left, bottom, right - left, top - bottom};
}

}  // namespace ocrbatch::recognizer
