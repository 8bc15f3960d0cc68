// A synth recipe: what configs/synth/*.json may say, and what it means.
//
// In the file a Range is [lo, hi], a Chance is [probability, lo, hi]; with the probability, a strength is
// drawn between lo and hi, otherwise the effect is absent. Lengths called "share" are shares of the x-height,
// so that an effect looks the same at every size of type; those in px are pixels of the virtual page.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "recognizer/synth/random.h"

namespace ocrbatch::recognizer {

struct Range {
  double lo = 0, hi = 0;
  double draw(Random& random) const { return random.uniform(lo, hi); }
};

struct Chance {
  double probability = 0, lo = 0, hi = 0;
  // 0 when the effect is absent.
  double draw(Random& random) const {
    const bool present = random.chance(probability);
    const double strength = random.uniform(lo, hi);  // drawn either way, so that streams stay comparable
    return present ? strength : 0;
  }
};

using Weights = std::vector<std::pair<std::string, double>>;

// One kind of document (good scan, fax, receipt, ...): effects that occur together on real paper.
struct DocumentStyle {
  std::string name;
  double weight = 1;
  Weights fonts;                 // classes of fonts
  Weights text_kinds;            // multiplies the recipe's weights of text kinds
  Weights languages;             // in place of the recipe's weights; empty: those
  double typographic_marks = 0;  // probability that a line has curly quotation marks for its straight ones

  // Type.
  Range x_height_px{9, 24};
  Range stretch{0.97, 1.03};  // width of the glyphs
  double bold = 0.1, italic = 0.1;
  double emphasis = 0;            // probability that some words stand in another face of the family
  Chance small_words;             // some words are set smaller, by this factor
  double hinted = 0;              // probability of glyphs on whole pixels, as a screen shows them
  Chance letter_spacing_share;    // space added between letters
  Range word_spacing{0.85, 1.5};  // factor on the font's space
  Chance mark_space;              // thin space before ; : ? !, where the text has none (em)
  Chance point_shift;             // . and , of fixed pitch stand further left (share of their advance)
  Chance wide_gaps;               // some word gaps become columns' gaps, this many x-heights wide
  Chance underline;               // thickness, share
  Chance strike;                  // thickness, share

  // Page around the line.
  double neighbours = 0.8;  // probability of a line above, and of one below
  Range leading{1.0, 1.5};  // distance of baselines over ascent + descent
  Chance rule;              // a rule above or below; thickness, share
  Chance box;               // vertical edges beside the line; thickness, share
  Chance dark_edge;         // a dark page margin at one end; width, share
  Chance picture;           // a dark blob that touches the crop from above or below; depth, share
  Chance specks;            // dirt: specks a line
  Chance crossing;          // a stamp's or pen's stroke through the line; thickness, share
  double inverted = 0;      // white on black

  // Shape of the line.
  Range skew_degrees{-0.6, 0.6};
  Chance curl_share;   // how far the middle of the line lies off the chord
  Chance perspective;  // change of size from one end to the other, as a factor's logarithm

  // Ink.
  Range weight_gain_share{-0.02, 0.05};  // strokes grow by this much
  Chance roughness;                      // noisy edges, broken hairlines; 0-1
  Chance fade;                           // patches of pale ink; 0-1
  Chance glyph_fade;                     // letters struck or inked unevenly; 0-1
  Chance glyph_jitter_share;             // letters off their place
  Chance dot_matrix;                     // needles a x-height
  Chance print_dots;                     // a thermal or inkjet head's square dots a x-height

  // Paper and tone.
  Range ink_gray{0, 60}, paper_gray{225, 255};
  Chance paper_texture;  // amplitude in gray levels
  Chance gradient;       // shadow's depth; 0-1
  Chance bleed;          // the other side's print shines through; 0-1
  Chance stain;          // depth; 0-1

  // Scanner, camera, storage.
  Range blur_px{0.3, 0.8};  // Gaussian's deviation
  Chance motion_px;
  Chance resample;        // reduced to this factor and enlarged again
  Chance noise;           // deviation in gray levels
  Chance bilevel;         // threshold, as a share of the way from ink to paper
  double adaptive = 0.3;  // probability that a bilevel page was thresholded locally
  double dithered = 0;    // probability that a bilevel page was dithered
  Chance salt_pepper;     // share of pixels
  Chance jpeg_quality;
};

// How an imperfect layout analysis cuts.
struct CropStyle {
  double ink_extents = 0.3;    // probability that ascent and descent are the ink's instead of the font's
  double ascent_error = 0.07;  // deviation, share of the ascent + descent
  double descent_error = 0.07;
  double baseline_error_share = 0.04;  // deviation, share of the x-height
  double slope_error_share = 0.05;     // deviation of each end's height, share of the x-height
  double end_error_share = 0.12;
  Chance oversize;            // capitals or accents taken for small letters: the cut is this much taller
  double unsuppressed = 0.2;  // probability that neighbours' ink stays
};

struct TextStyle {
  std::vector<std::filesystem::path> paths;
  Weights languages;  // folders' names; a language without a weight is left out
  Weights kinds;      // see text_kinds.h
  std::vector<std::pair<std::string, std::string>>
      files;                 // file name pattern -> role; the first match counts
  Range characters{20, 90};  // length of running lines
  double short_lines = 0.2;  // probability that a running line is 1 to 20 characters long
};

struct FontStyle {
  std::vector<std::string> exclude;  // patterns of family names
  std::vector<std::pair<std::string, std::vector<std::string>>>
      classes;  // class -> patterns; the first match counts
  // Classes of fonts that lack many of the labels, as those of another language's characters do: what the
  // drawn font lacks is left out of the text.
  std::vector<std::string> incomplete;
};

struct SynthConfig {
  TextStyle text;
  FontStyle fonts;
  CropStyle crop;
  std::vector<DocumentStyle> documents;
};

// Throws std::runtime_error that names the file and the path of the key at fault.
SynthConfig load_synth_config(const std::filesystem::path& file);

// Shell pattern (* and ?) against the whole of `name`, without regard to case.
bool matches_pattern(const std::string& pattern, const std::string& name);

}  // namespace ocrbatch::recognizer
