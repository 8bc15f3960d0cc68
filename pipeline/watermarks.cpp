#include "pipeline/watermarks.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ocrbatch::pipeline {
namespace {

// How stamps begin: Google Books and the Internet Archive, the French national library.
constexpr std::string_view kBeginnings[] = {"digitized by", "digitised by", "source gallica.bnf.fr"};
// HathiTrust's, on the other side of Google's. By itself it may be a caption's.
constexpr std::string_view kBesideAnother = "original from";
constexpr double kLowerMargin = 0.85;  // share of the page's height
constexpr std::size_t kLongest = 80;   // characters

// `start` is in small letters.
bool starts_with(const io::Line& line, std::string_view start) {
  return line.text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), line.text.begin(), [](char small, char c) {
           return small == static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
         });
}

bool begins_a_stamp(const io::Line& line, int page_height_px) {
  if (line.text.size() > kLongest || line.bbox.y0 < kLowerMargin * page_height_px) return false;
  return std::ranges::any_of(kBeginnings, [&](std::string_view start) { return starts_with(line, start); });
}

// A name in larger type right of it, or what stands below it, where a page has nothing else.
bool goes_on(const io::Line& stamp, const io::Line& line) {
  const io::Box &a = stamp.bbox, &b = line.bbox;
  const int height = a.height();
  const bool is_level = b.y0 < a.y1 && a.y0 < b.y1;
  if (is_level) return b.x0 > a.x0 && (b.x0 - a.x1 < 4 * height || starts_with(line, kBesideAnother));
  return b.y0 >= a.y1 && b.x1 > a.x0;
}

std::vector<const io::Line*> lines_of(const io::Page& page) {
  std::vector<const io::Line*> lines;
  for (const io::Block& block : page.blocks)
    for (const io::Paragraph& paragraph : block.paragraphs)
      for (const io::Line& line : paragraph.lines) lines.push_back(&line);
  return lines;
}

}  // namespace

void set_watermarks_apart(io::Page& page) {
  std::vector<const io::Line*> stamps, rest;
  for (const io::Line* line : lines_of(page))
    (begins_a_stamp(*line, page.height_px) ? stamps : rest).push_back(line);
  if (stamps.empty()) return;
  const auto further = std::stable_partition(rest.begin(), rest.end(), [&](const io::Line* line) {
    return std::ranges::none_of(stamps, [line](const io::Line* stamp) { return goes_on(*stamp, *line); });
  });
  stamps.insert(stamps.end(), further, rest.end());

  io::Block watermark{std::string(io::kWatermark), {}, std::vector<io::Paragraph>(1)};
  for (io::Block& block : page.blocks) {
    for (io::Paragraph& paragraph : block.paragraphs) {
      std::vector<io::Line> kept;
      for (io::Line& line : paragraph.lines)
        (std::ranges::find(stamps, &line) == stamps.end() ? kept : watermark.paragraphs[0].lines)
            .push_back(std::move(line));
      paragraph.lines = std::move(kept);
    }
  }
  page.blocks.push_back(std::move(watermark));
  io::drop_empty(page.blocks);
}

}  // namespace ocrbatch::pipeline
