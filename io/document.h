// The neutral page tree: what was found on one page, whatever read it and whatever writes it.
//
// Coordinates are pixels of the decoded, upright page; origin top left; x1 and y1 are exclusive. Confidence
// is 0-1. Text is UTF-8 in NFC. Order is reading order at every level.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/error.h"

namespace ocrbatch::io {

struct Box {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
  bool empty() const { return x1 <= x0 || y1 <= y0; }
  bool operator==(const Box&) const = default;
};

Box unite(const Box& a, const Box& b);            // the smallest box around both; an empty box adds nothing
Box clip(const Box& box, int width, int height);  // the part of the box inside a page of that size

struct Point {
  double x = 0, y = 0;
};

struct Word {
  std::string text;
  Box bbox;
  double confidence = 0;
};

struct Line {
  Box bbox;
  Point baseline_start, baseline_end;  // left to right
  std::string text;                    // the words joined by one space
  double confidence = 0;
  std::vector<Word> words;
};

struct Paragraph {
  Box bbox;
  std::vector<Line> lines;
};

// The type of a block that is a library's stamp on its scan and no part of what the page says.
inline constexpr std::string_view kWatermark = "watermark";

struct Block {
  std::string type = "text";
  Box bbox;
  std::vector<Paragraph> paragraphs;
};

// What one page gave. `text` of the page is derived, see page_text.
struct Page {
  int width_px = 0, height_px = 0;
  double dpi = 0;        // resolution at which the page was decoded; 0 when unknown
  int rotation_deg = 0;  // 0, 90, 180 or 270 clockwise: how far the decoded image was turned to be upright
  std::vector<Block> blocks;
};

// Leaves out paragraphs without lines and blocks without paragraphs. Boxes shrink to what remains.
void drop_empty(std::vector<Block>& blocks);

// The page's text in reading order, without watermarks: lines end with "\n", paragraphs are separated by an
// empty line between blocks and by a line break inside a block. No trailing line break. Every writer takes
// the text from here.
std::string page_text(const Page& page);
// Mean line confidence weighted by the characters of the lines; 0 for a page without text.
double page_confidence(const Page& page);

// How long each stage took for one page (only written with --timings).
struct PageTiming {
  double decode_ms = 0, layout_ms = 0, recognize_ms = 0;
};

// Where a record comes from. `settings` is a short digest of every option that can change the text.
struct Provenance {
  std::string sha256;  // of the document's file
  std::string model, model_sha256, version, settings;
};

// One record of the output: a page that was read, a page that failed, or (page_number empty) a document that
// failed.
struct PageRecord {
  std::string document;            // the input as given, joined with the path below it
  std::optional<int> page_number;  // from 1
  std::optional<int> page_count;   // pages of the document
  std::optional<Error> error;      // set: status "error", `page` is meaningless
  Page page;
  Provenance provenance;
  std::optional<PageTiming> timing;
};

}  // namespace ocrbatch::io
