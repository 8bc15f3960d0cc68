// Sets a line of text in type: shapes it (HarfBuzz) and draws its outlines (FreeType) as ink coverage.
//
// Outlines are drawn at their exact places and slopes instead of copied from a glyph cache, because
// whole-pixel glyph positions are what tells rendered text from scanned text.
#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "recognizer/synth/font_library.h"

namespace ocrbatch::recognizer {

// A stretch of text in one face. `size` is relative to the line's type.
struct TextRun {
  std::u32string text;
  const Font* font = nullptr;
  double size = 1;
};

struct TypeStyle {
  double em_px = 20;          // size of the type
  double stretch = 1;         // width of the glyphs and their advances
  double weight_gain_px = 0;  // strokes grow by this much, negative: shrink
  double letter_spacing_px = 0;
  double word_spacing = 1;   // factor on the font's space
  double mark_space_px = 0;  // before ; : ? ! where no space stands
  double point_shift = 0;    // how far . and , of fixed pitch stand left of their places, in their advances
  double gap_px = 0;         // columns' gaps: some word gaps are this wide ...
  double gap_probability = 0;
  bool hinted = false;  // glyphs fitted to whole pixels
  double jitter_px = 0;
  double glyph_fade = 0;  // letters inked down to 1 - this
  bool ligatures = true;
};

struct PlacedGlyph {
  const Font* font = nullptr;
  std::uint32_t glyph = 0;
  double size = 1;
  double x_px = 0, y_px = 0;  // offset along and above the baseline, from the line's start
};

// A line of type, from x = 0 to width_px along its baseline.
struct SetLine {
  TypeStyle style;
  std::vector<PlacedGlyph> glyphs;
  double width_px = 0;
};

// Where on the canvas a set line goes: canvas = origin + x * direction, bowed and scaled along its way.
struct LinePath {
  double origin_x = 0, origin_y = 0;  // of the baseline's left end
  double angle_radians = 0;           // upwards positive
  double bow_px = 0;                  // how far the middle lies above the chord
  double length_px = 1;               // over which the bow and the scale run
  double end_scale = 1;               // size at the right end, relative to the left
};

// Not thread-safe; each worker has its own. Keeps the outlines it has met.
class Typesetter {
 public:
  Typesetter();
  ~Typesetter();
  Typesetter(const Typesetter&) = delete;
  Typesetter& operator=(const Typesetter&) = delete;

  SetLine set(const std::vector<TextRun>& runs, const TypeStyle& style, Random& random);
  // Adds the line's ink to `canvas` (CV_8UC1, 0 paper, 255 ink). What lies outside is cut off. Returns the
  // box of the ink in the line's own axes: x along the baseline from its start, y upwards.
  cv::Rect2d draw(const SetLine& line, const LinePath& path, Random& random, cv::Mat& canvas);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace ocrbatch::recognizer
