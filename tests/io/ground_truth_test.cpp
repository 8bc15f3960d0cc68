#include "io/ground_truth.h"

#include <gmock/gmock.h>

#include <iterator>
#include <sstream>

#include "io/writer.h"
#include "tests/io/sample_records.h"
#include "tests/io/samples.h"

namespace ocrbatch::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GroundTruthTest : public ::testing::Test {
 protected:
  Result<GroundTruth> read(std::string_view content) {
    write_file(folder_ / "truth", content);
    return read_ground_truth(folder_ / "truth");
  }
  ScratchFolder folder_;
};

std::vector<std::string> texts(const TruthPage& page) {
  std::vector<std::string> out;
  for (const TruthLine& line : page.lines) out.push_back(line.text);
  return out;
}

std::vector<std::pair<double, double>> pairs(const std::vector<Point>& points) {
  std::vector<std::pair<double, double>> out;
  for (const Point& point : points) out.emplace_back(point.x, point.y);
  return out;
}
using Pairs = std::vector<std::pair<double, double>>;

TEST_F(GroundTruthTest, PageXmlOf2019) {
  const auto truth = read(R"(<?xml version="1.0" encoding="UTF-8"?>
<pc:PcGts xmlns:pc="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">
 <pc:Page imageFilename="scan.tif" imageWidth="1000" imageHeight="2000">
  <pc:TextRegion id="r1"><pc:Coords points="0,0 900,0 900,900 0,900"/>
   <pc:TextLine id="l1">
    <pc:Coords points="10,20 500,22 499,60 11,58"/><pc:Baseline points="10,50 250,51 500,52"/>
    <pc:Word id="w1"><pc:TextEquiv><pc:Unicode>word</pc:Unicode></pc:TextEquiv></pc:Word>
    <pc:TextEquiv index="1"><pc:Unicode>second choice</pc:Unicode></pc:TextEquiv>
    <pc:TextEquiv index="0"><pc:Unicode>Größe &amp; &#x2014; Maß</pc:Unicode></pc:TextEquiv>
   </pc:TextLine>
   <pc:TextEquiv><pc:Unicode>of the region</pc:Unicode></pc:TextEquiv>
  </pc:TextRegion>
  <pc:TableRegion id="t"><pc:TextRegion id="r2">
   <pc:TextLine id="l2"><pc:Coords points="1,2 3,4 5,6"/>
    <pc:Word id="a"><pc:TextEquiv><pc:Unicode>two</pc:Unicode></pc:TextEquiv></pc:Word>
    <pc:Word id="b"><pc:TextEquiv><pc:Unicode>words</pc:Unicode></pc:TextEquiv></pc:Word>
   </pc:TextLine>
   <pc:TextLine id="l3"><pc:Coords points="1,2 3,4 5,6"/></pc:TextLine>
  </pc:TextRegion></pc:TableRegion>
 </pc:Page>
</pc:PcGts>)");
  ASSERT_TRUE(truth) << truth.error().message;
  EXPECT_EQ(truth.value().image, "scan.tif");
  ASSERT_EQ(truth.value().pages.size(), 1U);
  const TruthPage& page = truth.value().pages[0];
  EXPECT_EQ(page.width, 1000);
  EXPECT_EQ(page.height, 2000);
  EXPECT_THAT(texts(page), ElementsAre("Größe & — Maß", "two words", ""));
  EXPECT_EQ(pairs(page.lines[0].outline), (Pairs{{10, 20}, {500, 22}, {499, 60}, {11, 58}}));
  EXPECT_EQ(pairs(page.lines[0].baseline), (Pairs{{10, 50}, {250, 51}, {500, 52}}));
  EXPECT_THAT(page.lines[1].baseline, IsEmpty());
  EXPECT_NE(page.lines[0].block, page.lines[1].block);
  EXPECT_EQ(page.lines[1].block, page.lines[2].block);
}

TEST_F(GroundTruthTest, PageXmlOf2009HasPointsAsElements) {
  const auto truth = read(R"(<PcGts><Page imageFilename="a.png" imageWidth="10" imageHeight="10"><TextRegion>
<TextLine><Coords><Point x="1" y="2"/><Point x="8" y="2"/><Point x="8" y="5"/></Coords>
<TextEquiv><Unicode>old</Unicode></TextEquiv></TextLine></TextRegion></Page></PcGts>)");
  ASSERT_TRUE(truth);
  EXPECT_EQ(pairs(truth.value().pages.at(0).lines.at(0).outline), (Pairs{{1, 2}, {8, 2}, {8, 5}}));
}

TEST_F(GroundTruthTest, AltoInTenthsOfMillimetres) {
  const auto truth = read(R"(<alto xmlns="http://www.loc.gov/standards/alto/ns-v2#">
<Description><MeasurementUnit>mm10</MeasurementUnit>
 <sourceImageInformation><fileName>p1.tif</fileName></sourceImageInformation></Description>
<Layout><Page WIDTH="2100" HEIGHT="2970"><PrintSpace><ComposedBlock><TextBlock>
 <TextLine HPOS="100" VPOS="200" WIDTH="500" HEIGHT="50" BASELINE="240">
  <String CONTENT="Donau"/><SP/><String CONTENT="dampf"/><HYP CONTENT="&#xAD;"/></TextLine>
 <TextLine HPOS="100" VPOS="300" WIDTH="500" HEIGHT="50" BASELINE="100,340 350,342 600,344">
  <String CONTENT="no"/><String CONTENT="gaps"/></TextLine></TextBlock></ComposedBlock>
 <TextBlock><TextLine><Shape><Polygon POINTS="1 2 30 2 30 9"/></Shape><String CONTENT="x"/></TextLine></TextBlock>
</PrintSpace></Page></Layout></alto>)");
  ASSERT_TRUE(truth) << truth.error().message;
  EXPECT_EQ(truth.value().image, "p1.tif");
  const TruthPage& page = truth.value().pages.at(0);
  EXPECT_THAT(texts(page), ElementsAre("Donau dampf-", "no gaps", "x"));
  EXPECT_EQ(pairs(page.lines[0].outline), (Pairs{{100, 200}, {600, 250}}));
  EXPECT_EQ(pairs(page.lines[0].baseline), (Pairs{{100, 240}, {600, 240}}));
  EXPECT_EQ(pairs(page.lines[1].baseline), (Pairs{{100, 340}, {350, 342}, {600, 344}}));
  EXPECT_EQ(pairs(page.lines[2].outline), (Pairs{{1, 2}, {30, 2}, {30, 9}}));
  EXPECT_EQ(page.lines[0].block, page.lines[1].block);
  EXPECT_NE(page.lines[0].block, page.lines[2].block);

  // The page's size leads to pixels, whatever the resolution.
  const auto fitted = fit_to_image(page, 1050, 1485, 0);
  ASSERT_TRUE(fitted);
  EXPECT_EQ(pairs(fitted.value().lines[0].outline), (Pairs{{50, 100}, {300, 125}}));
  EXPECT_EQ(pairs(fitted.value().lines[0].baseline), (Pairs{{50, 120}, {300, 120}}));
}

TEST_F(GroundTruthTest, UnitsWithoutAPageSizeNeedAResolution) {
  const auto truth = read(
      R"(<alto><Description><MeasurementUnit>inch1200</MeasurementUnit></Description><Layout><Page><TextBlock>
<TextLine HPOS="400" VPOS="800" WIDTH="400" HEIGHT="40"/></TextBlock></Page></Layout></alto>)");
  ASSERT_TRUE(truth);
  const auto fitted = fit_to_image(truth.value().pages.at(0), 1000, 1000, 300);
  ASSERT_TRUE(fitted);
  EXPECT_EQ(pairs(fitted.value().lines[0].outline), (Pairs{{100, 200}, {200, 210}}));
  const auto lost = fit_to_image(truth.value().pages.at(0), 1000, 1000, 0);
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().message, HasSubstr("dpi"));
}

TEST_F(GroundTruthTest, ATurnedImageIsRefused) {
  TruthPage page;
  page.width = 1000;
  page.height = 1414;
  EXPECT_TRUE(fit_to_image(page, 2000, 2828, 0));
  const auto turned = fit_to_image(page, 1414, 1000, 0);
  ASSERT_FALSE(turned);
  EXPECT_THAT(turned.error().message, HasSubstr("proportions"));
}

TEST_F(GroundTruthTest, TheProjectsOwnHocrComesBack) {
  const auto writer = make_folder_writer("hocr", folder_ / "out");
  PageRecord second = sample_record();
  second.page_number = 4;
  second.page_count = 4;
  writer->write(sample_record());
  writer->write(second);
  writer->finish();
  const auto truth =
      read_ground_truth(folder_ / "out" / output_name(sample_record().document, ".hocr").string());
  ASSERT_TRUE(truth) << truth.error().message;
  ASSERT_EQ(truth.value().pages.size(), 2U);
  EXPECT_EQ(truth.value().pages[0].index, sample_record().page_number.value() - 1);
  EXPECT_EQ(truth.value().pages[1].index, 3);
  const Page& page = sample_record().page;
  const TruthPage& found = truth.value().pages[0];
  EXPECT_EQ(found.width, page.width_px);
  EXPECT_EQ(found.height, page.height_px);
  std::size_t i = 0;
  for (const Block& block : page.blocks) {
    for (const Paragraph& paragraph : block.paragraphs) {
      for (const Line& line : paragraph.lines) {
        ASSERT_LT(i, found.lines.size());
        const TruthLine& truth_line = found.lines[i++];
        EXPECT_EQ(pairs(truth_line.outline),
                  (Pairs{{line.bbox.x0, line.bbox.y0}, {line.bbox.x1, line.bbox.y1}}));
        ASSERT_EQ(truth_line.baseline.size(), 2U);
        const double run = line.baseline_end.x - line.baseline_start.x;
        const double slope = (line.baseline_end.y - line.baseline_start.y) / run;
        EXPECT_NEAR(truth_line.baseline[0].y,
                    line.baseline_start.y + slope * (line.bbox.x0 - line.baseline_start.x), 0.02);
        std::string expected = line.text;
        if (const auto at = expected.find('\x01'); at != std::string::npos)
          expected.replace(at, 1, "\xEF\xBF\xBD");  // what XML cannot hold
        EXPECT_EQ(truth_line.text, expected);
      }
    }
  }
  EXPECT_EQ(i, found.lines.size());
}

TEST_F(GroundTruthTest, HocrThatPeopleAndOtherProgramsWrite) {
  const auto truth = read(R"(<!DOCTYPE html>
<html><head><meta charset="utf-8"><link rel=stylesheet href="a.css"><title>x</title></head><body>
<div class='ocr_page' id='page_1' title='image "a; b.png"; bbox 0 0 800 600; ppageno 0'>
 <div class='ocr_carea'><p class='ocr_par'>
  <span class='ocr_header' title='bbox 10 20 110 50; baseline 0.01 -5; x_size 30; x_descenders 6; x_ascenders 8'>
   <span class='ocrx_word' title='bbox 10 20 60 50'><strong>caf&eacute;</strong></span><span class='ocrx_word'>&laquo;x&raquo;</span>,
   typed&nbsp;in &amp; &lt;kept&gt;<br></span>
  <span class='ocrx_line other' title="bbox 1 2 3 9; textangle 90">up</span>
 </p></div></div></body></html>)");
  ASSERT_TRUE(truth) << truth.error().message;
  EXPECT_EQ(truth.value().image, "a; b.png");
  const TruthPage& page = truth.value().pages.at(0);
  ASSERT_EQ(page.lines.size(), 2U);
  std::istringstream words(page.lines[0].text);
  EXPECT_THAT(std::vector<std::string>(std::istream_iterator<std::string>(words), {}),
              ElementsAre("café", "«x»,", "typed", "in", "&", "<kept>"));
  EXPECT_EQ(pairs(page.lines[0].baseline), (Pairs{{10, 45}, {110, 46}}));
  EXPECT_EQ(page.lines[0].ascent, 24);
  EXPECT_EQ(page.lines[0].descent, 6);
  EXPECT_EQ(page.lines[0].x_height, 16);
  EXPECT_FALSE(page.lines[0].vertical);
  EXPECT_TRUE(page.lines[1].vertical);
}

TEST_F(GroundTruthTest, HocrPagesThatAllHaveTheNumberZeroGoByTheirOrder) {
  const auto truth = read(R"(<html><body><div class="ocr_page" title="ppageno 0"/>
<div class="ocr_page" title="ppageno 0"/></body></html>)");
  ASSERT_TRUE(truth);
  ASSERT_EQ(truth.value().pages.size(), 2U);
  EXPECT_EQ(truth.value().pages[1].index, 1);
}

TEST_F(GroundTruthTest, TableOfLines) {
  const auto truth = read(
      "\xEF\xBB\xBF"
      "10\t20\t110.5\t40\tone  line\r\n\n5\t6\t7\t8\twith\ta tab\n");
  ASSERT_TRUE(truth) << truth.error().message;
  const TruthPage& page = truth.value().pages.at(0);
  EXPECT_THAT(texts(page), ElementsAre("one  line", "with\ta tab"));
  EXPECT_EQ(pairs(page.lines[0].outline), (Pairs{{10, 20}, {110.5, 40}}));
  EXPECT_EQ(page.width, 0);
}

TEST_F(GroundTruthTest, WhatIsDamagedIsNamedByItsLine) {
  EXPECT_THAT(read("1\t2\t3\t4\tok\n1\t2\tx\t4\tno\n").error().message, HasSubstr("line 2: should be"));
  EXPECT_THAT(read("<html>\n<body>\n<div>\n</body></html>").error().message,
              HasSubstr("line 4: is not well-formed"));
  EXPECT_THAT(read("<PcGts><Page>").error().message, HasSubstr("not well-formed"));
  EXPECT_THAT(read("<mets/>").error().message, HasSubstr("neither PAGE, ALTO"));
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read_ground_truth(folder_ / "missing"));
}

TEST_F(GroundTruthTest, IsToldApartByContent) {
  const auto looks = [&](std::string_view content) {
    write_file(folder_ / "a", content);
    return looks_like_ground_truth(folder_ / "a");
  };
  EXPECT_TRUE(looks("<?xml version='1.0'?><!-- <html> --><pc:PcGts/>"));
  EXPECT_TRUE(looks("\xEF\xBB\xBF<alto>"));
  EXPECT_TRUE(looks("<!DOCTYPE html><HTML>"));
  EXPECT_TRUE(looks("0\t0\t9\t9\ta"));
  EXPECT_FALSE(looks("<mets:mets/>"));
  EXPECT_FALSE(looks("plain text"));
  EXPECT_FALSE(looks("\t1\t2"));
}

}  // namespace
}  // namespace ocrbatch::io
