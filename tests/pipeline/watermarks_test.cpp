#include "pipeline/watermarks.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace ocrbatch::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct PlacedLine {
  io::Box bbox;
  std::string text;
};

// A page of 1000 x 1500 pixels with these lines, a block each.
io::Page page_of(const std::vector<PlacedLine>& lines) {
  io::Page page;
  page.width_px = 1000, page.height_px = 1500;
  for (const PlacedLine& placed : lines) {
    io::Line line;
    line.bbox = placed.bbox;
    line.text = placed.text;
    page.blocks.push_back({"text", placed.bbox, {{placed.bbox, {line}}}});
  }
  return page;
}

std::vector<std::string> watermark_of(const io::Page& page) {
  std::vector<std::string> texts;
  for (const io::Block& block : page.blocks)
    if (block.type == io::kWatermark)
      for (const io::Paragraph& paragraph : block.paragraphs)
        for (const io::Line& line : paragraph.lines) texts.push_back(line.text);
  return texts;
}

constexpr io::Box kBody{100, 200, 900, 230}, kStamp{520, 1440, 600, 1456};

TEST(Watermarks, AStampAndTheNameBesideItAreSetApart) {
  io::Page page = page_of({{kBody, "un corpo deforme"},
                           {{100, 1400, 130, 1420}, "14"},
                           {{610, 1428, 740, 1470}, "Google"},
                           {kStamp, "Digitized by"}});
  set_watermarks_apart(page);
  EXPECT_THAT(watermark_of(page), ElementsAre("Google", "Digitized by"));
  EXPECT_EQ(io::page_text(page), "un corpo deforme\n\n14");
  ASSERT_THAT(page.blocks, SizeIs(3));
  EXPECT_EQ(page.blocks.back().bbox, (io::Box{520, 1428, 740, 1470}));
}

TEST(Watermarks, WhatTheStampMakesOfALetterOfTheNameGoesWithIt) {
  io::Page page = page_of({{kBody, "corrientes"},
                           {{580, 1428, 740, 1470}, "„Google"},
                           {{520, 1440, 650, 1456}, "Digitized by N I"}});
  set_watermarks_apart(page);
  EXPECT_EQ(io::page_text(page), "corrientes");
}

TEST(Watermarks, LinesBelowAStampBelongToIt) {
  io::Page page = page_of({{kBody, "the end"},
                           {{300, 1380, 620, 1396}, "Digitized by the Internet Archive"},
                           {{320, 1400, 600, 1416}, "in 2011 with funding from"},
                           {{350, 1420, 570, 1436}, "University of Toronto"}});
  set_watermarks_apart(page);
  EXPECT_THAT(watermark_of(page), SizeIs(3));
  EXPECT_EQ(io::page_text(page), "the end");
}

TEST(Watermarks, OtherLibrariesStamps) {
  for (const char* stamp :
       {"Source gallica.bnf.fr / Bibliothèque nationale de France", "DIGITISED BY THE LIBRARY"}) {
    io::Page page = page_of({{kBody, "text"}, {kStamp, stamp}});
    set_watermarks_apart(page);
    EXPECT_THAT(watermark_of(page), ElementsAre(stamp));
  }
}

TEST(Watermarks, HathiTrustsStandsFarBesideGoogles) {
  constexpr io::Box kFar{800, 1440, 900, 1456}, kBelow{760, 1462, 940, 1478};
  io::Page page = page_of({{kBody, "text"},
                           {{300, 1440, 400, 1456}, "Digitized by"},
                           {{410, 1428, 540, 1470}, "Google"},
                           {kFar, "Original from"},
                           {kBelow, "UNIVERSITY OF MICHIGAN"}});
  set_watermarks_apart(page);
  EXPECT_THAT(watermark_of(page), SizeIs(4));
  EXPECT_EQ(io::page_text(page), "text");
  page = page_of({{kBody, "text"}, {kFar, "Original from the museum"}});
  set_watermarks_apart(page);
  EXPECT_THAT(watermark_of(page), IsEmpty());
}

TEST(Watermarks, WhatAPageSaysStays) {
  // In the text, in a long last line, and a page's number on the other side of a stamp.
  io::Page page =
      page_of({{kBody, "Digitized by hand"},
               {{100, 1400, 900, 1420},
                "Digitized by the editors from the copy in the library of the society, which is the "
                "only one"},
               {{100, 1442, 130, 1458}, "27"}});
  const std::string text = io::page_text(page);
  set_watermarks_apart(page);
  EXPECT_THAT(watermark_of(page), IsEmpty());
  EXPECT_EQ(io::page_text(page), text);
  EXPECT_THAT(page.blocks, SizeIs(3));
}

TEST(Watermarks, BoxesShrinkToWhatRemains) {
  io::Page page = page_of({{kBody, "text"}});
  io::Line stamp;
  stamp.bbox = kStamp;
  stamp.text = "Digitized by";
  page.blocks[0].paragraphs[0].lines.push_back(stamp);
  page.blocks[0].bbox = page.blocks[0].paragraphs[0].bbox = io::unite(kBody, kStamp);
  set_watermarks_apart(page);
  ASSERT_THAT(page.blocks, SizeIs(2));
  EXPECT_EQ(page.blocks[0].bbox, kBody);
  EXPECT_EQ(page.blocks[0].paragraphs[0].bbox, kBody);
  EXPECT_EQ(page.blocks[1].bbox, kStamp);
}

}  // namespace
}  // namespace ocrbatch::pipeline
