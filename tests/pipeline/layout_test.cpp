#include "pipeline/layout.h"

#include <gmock/gmock.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>

#include "pipeline/layout/found_line.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {
namespace {

using ::testing::ElementsAre;

// A page with lines of drawn text; remembers where each line is.
struct Page {
  io::PageImage image;
  std::vector<cv::Point> baselines;

  explicit Page(cv::Size size) { image.gray = cv::Mat(size, CV_8UC1, cv::Scalar(255)); }

  void write(const std::string& text, cv::Point baseline, double font_scale = 1) {
    cv::putText(image.gray, text, baseline, cv::FONT_HERSHEY_COMPLEX, font_scale, cv::Scalar(0), 2,
                cv::LINE_AA);
    baselines.push_back(baseline);
  }
};

// Words of a row; in every row others, as columns of equal words would pass for a table.
std::string words(int row) {
  static const char* const kWords[] = {"the",  "quickest", "brown", "foxes", "jump",
                                       "over", "lazy",     "dogs",  "at",    "midnight"};
  std::string text;
  for (int i = 0; i < 6; ++i)
    text += std::string(i > 0 ? " " : "") + kWords[(row * 7 + i * (1 + row % 3)) % 10];
  return text;
}

Page two_columns() {
  Page page({1500, 1000});
  for (int column : {80, 820}) {
    for (int row = 0; row < 12; ++row) page.write(words(row + column), {column, 120 + 50 * row});
  }
  return page;
}

std::vector<io::Line> lines_of(PageLayout& layout) {
  std::vector<io::Line> lines;
  for (const io::Line* line : lines_in_order(layout.blocks)) lines.push_back(*line);
  return lines;
}

PageLayout analyze(LayoutAnalyzer& analyzer, const io::PageImage& image) {
  auto layout = analyzer.analyze(image);
  EXPECT_TRUE(layout.ok());
  return layout.ok() ? std::move(layout).value() : PageLayout{};
}

void expect_consistent(PageLayout& layout, const cv::Mat& page) {
  const auto lines = lines_in_order(layout.blocks);
  EXPECT_EQ(lines.size(), layout.geometries.size());
  for (const io::Block& block : layout.blocks) {
    EXPECT_FALSE(block.paragraphs.empty());
    io::Box around;
    for (const io::Paragraph& paragraph : block.paragraphs) {
      EXPECT_FALSE(paragraph.lines.empty());
      for (const io::Line& line : paragraph.lines) {
        EXPECT_FALSE(line.bbox.empty());
        EXPECT_EQ(line.bbox, io::clip(line.bbox, page.cols, page.rows));
        around = io::unite(around, line.bbox);
      }
    }
    EXPECT_EQ(block.bbox, around);
  }
}

// What every way of finding lines must do.
class PageLayoutTest : public ::testing::TestWithParam<LayoutMode> {};
INSTANTIATE_TEST_SUITE_P(Modes, PageLayoutTest, ::testing::Values(LayoutMode::kTesseract, LayoutMode::kFast),
                         [](const auto& mode) {
                           return mode.param == LayoutMode::kFast ? "Fast" : "Tesseract";
                         });

TEST_P(PageLayoutTest, ReadsOneColumnAfterTheOther) {
  Page page = two_columns();
  LayoutAnalyzer analyzer(GetParam());
  PageLayout layout = analyze(analyzer, page.image);
  expect_consistent(layout, page.image.gray);
  const auto lines = lines_of(layout);
  ASSERT_EQ(lines.size(), page.baselines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_NEAR(lines[i].bbox.x0, page.baselines[i].x, 6) << i;
    EXPECT_NEAR(lines[i].baseline_start.y, page.baselines[i].y, 3) << i;
    EXPECT_NEAR(lines[i].baseline_end.y, page.baselines[i].y, 3) << i;
  }
}

TEST_P(PageLayoutTest, GivesLinesOfOnePrintTheSameExtents) {
  Page page({1100, 900});
  const char* const texts[] = {"gyp dell kitty", "sum on a man we saw", "Lofty HILLS and DALES",
                               "no one can see us now"};
  for (int row = 0; row < 12; ++row) page.write(texts[row % 4], {80, 120 + 50 * row});
  LayoutAnalyzer analyzer(GetParam());
  PageLayout layout = analyze(analyzer, page.image);
  ASSERT_EQ(layout.geometries.size(), 12U);
  for (const auto& geometry : layout.geometries) {
    EXPECT_NEAR(geometry.ascent_px, layout.geometries[0].ascent_px, 3);
    EXPECT_NEAR(geometry.descent_px, layout.geometries[0].descent_px, 3);
  }
}

TEST_P(PageLayoutTest, FindsSmallAndLargePrint) {
  LayoutAnalyzer analyzer(GetParam());
  for (double scale : {0.4, 1.0, 3.0}) {
    Page page(cv::Size(cvRound(900 * scale), cvRound(800 * scale)));
    cv::Mat large(800 * 3, 900 * 3, CV_8UC1, cv::Scalar(255));
    for (int row = 0; row < 12; ++row) {
      cv::putText(large, words(row), {240, 360 + 150 * row}, cv::FONT_HERSHEY_COMPLEX, 3, cv::Scalar(0), 6,
                  cv::LINE_AA);
    }
    cv::resize(large, page.image.gray, page.image.gray.size(), 0, 0, cv::INTER_AREA);
    PageLayout layout = analyze(analyzer, page.image);
    const auto lines = lines_of(layout);
    ASSERT_EQ(lines.size(), 12U) << "scale " << scale;
    for (int row = 0; row < 12; ++row) {
      EXPECT_NEAR(lines[row].baseline_start.y, (120 + 50 * row) * scale, 3 * std::max(1.0, scale));
    }
  }
}

TEST_P(PageLayoutTest, FollowsAPageThatIsTilted) {
  Page page({1300, 900});
  for (int row = 0; row < 12; ++row) page.write(words(row), {120, 140 + 50 * row});
  LayoutAnalyzer analyzer(GetParam());
  const PageLayout level = analyze(analyzer, page.image);
  ASSERT_EQ(level.geometries.size(), 12U);
  const float x_height_px = level.geometries[0].x_height_px;
  for (const double degrees : {2.0, -4.0}) {
    const cv::Mat turn = cv::getRotationMatrix2D({650, 450}, -degrees, 1);
    io::PageImage tilted;
    cv::warpAffine(page.image.gray, tilted.gray, turn, page.image.gray.size(), cv::INTER_LINEAR,
                   cv::BORDER_CONSTANT, cv::Scalar(255));
    const PageLayout layout = analyze(analyzer, tilted);
    EXPECT_EQ(layout.geometries.size(), 12U) << degrees;
    for (const auto& geometry : layout.geometries) {
      const cv::Point2f reach = geometry.baseline_end - geometry.baseline_start;
      EXPECT_NEAR(reach.y / reach.x, std::tan(degrees * CV_PI / 180), 0.006);
      EXPECT_NEAR(geometry.x_height_px, x_height_px, 0.15F * x_height_px) << degrees;
    }
  }
}

// Boxes of long tilted lines are much taller than the print in them.
TEST(SettleGeometries, KeepsTheSizeOfTiltedPrint) {
  std::vector<FoundLine> lines;
  for (const int y : {200, 250, 300}) {
    FoundLine line;
    line.box = {100, y - 22, 1500, 105 + 28};
    line.geometry.baseline_start = cv::Point2f(100, y);
    line.geometry.baseline_end = cv::Point2f(1600, y + 105);
    line.geometry.x_height_px = 15;
    line.geometry.ascent_px = 22;
    line.geometry.descent_px = 6;
    lines.push_back(line);
  }
  settle_geometries(lines);
  for (const FoundLine& line : lines) {
    EXPECT_FLOAT_EQ(line.geometry.x_height_px, 15);
    EXPECT_FLOAT_EQ(line.geometry.ascent_px, 22);
    EXPECT_FLOAT_EQ(line.geometry.descent_px, 6);
    EXPECT_FLOAT_EQ(line.slope(), 0.07F);
  }
}

TEST_P(PageLayoutTest, SeesPrintUnderUnevenLight) {
  Page page({1100, 900});
  for (int row = 0; row < 12; ++row) page.write(words(row), {80, 120 + 50 * row});
  for (int x = 0; x < page.image.gray.cols; ++x) {
    page.image.gray.col(x).convertTo(page.image.gray.col(x), CV_8U, 1.0 - 0.65 * x / page.image.gray.cols);
  }
  LayoutAnalyzer analyzer(GetParam());
  PageLayout layout = analyze(analyzer, page.image);
  EXPECT_EQ(layout.geometries.size(), 12U);
}

TEST_P(PageLayoutTest, SeesLightPrintOnADarkPage) {
  Page page({1100, 900});
  for (int row = 0; row < 12; ++row) page.write(words(row), {80, 120 + 50 * row});
  page.image.gray = 255 - page.image.gray;
  LayoutAnalyzer analyzer(GetParam());
  PageLayout layout = analyze(analyzer, page.image);
  EXPECT_EQ(layout.geometries.size(), 12U);
}

TEST_P(PageLayoutTest, KeepsANarrowColumnOfNumbers) {
  Page page({1200, 1100});
  for (int row = 0; row < 16; ++row) {
    page.write(std::to_string(row % 9 + 1), {80, 120 + 56 * row});
    page.write(words(row), {260, 120 + 56 * row});
  }
  LayoutAnalyzer analyzer(GetParam());
  PageLayout layout = analyze(analyzer, page.image);
  expect_consistent(layout, page.image.gray);
  for (int row = 0; row < 16; ++row) {
    bool covered = false;
    for (const io::Line& line : lines_of(layout)) {
      covered |= line.bbox.x0 <= 90 && line.bbox.y0 < 120 + 56 * row && line.bbox.y1 >= 116 + 56 * row;
    }
    EXPECT_TRUE(covered) << "number of row " << row;
  }
}

TEST_P(PageLayoutTest, ForgetsThePageBefore) {
  LayoutAnalyzer fresh(GetParam()), used(GetParam());
  Page first = two_columns();
  Page second({1100, 900});
  for (int row = 0; row < 5; ++row) second.write(words(row), {80, 120 + 90 * row}, 1.4);
  analyze(used, first.image);
  PageLayout after = analyze(used, second.image), alone = analyze(fresh, second.image);
  const auto got = lines_of(after), wanted = lines_of(alone);
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i].bbox, wanted[i].bbox);
}

TEST_P(PageLayoutTest, FindsNothingOnABlankOrEmptyPage) {
  LayoutAnalyzer analyzer(GetParam());
  EXPECT_TRUE(analyze(analyzer, Page({1000, 800}).image).blocks.empty());
  EXPECT_TRUE(analyze(analyzer, {}).blocks.empty());
  EXPECT_TRUE(analyze(analyzer, Page({1, 1}).image).blocks.empty());
  io::PageImage black;
  black.gray = cv::Mat(400, 300, CV_8UC1, cv::Scalar(0));
  EXPECT_TRUE(analyze(analyzer, black).blocks.empty());
}

TEST_P(PageLayoutTest, DoesNotSpendMinutesOnNoise) {
  LayoutAnalyzer analyzer(GetParam());
  io::PageImage noise;
  noise.gray = cv::Mat(1000, 800, CV_8UC1);
  cv::theRNG().state = 11;
  for (double spread : {20.0, 90.0}) {
    cv::randn(noise.gray, 200, spread);
    EXPECT_LT(analyze(analyzer, noise).geometries.size(), 5U);
  }
}

TEST_P(PageLayoutTest, SeesPrintThroughSpecks) {
  Page page({1100, 900});
  for (int row = 0; row < 12; ++row) page.write(words(row), {80, 120 + 50 * row});
  cv::Mat dice(page.image.gray.size(), CV_8UC1);
  cv::theRNG().state = 5;
  cv::randu(dice, 0, 100);
  page.image.gray.setTo(0, dice < 2);
  LayoutAnalyzer analyzer(GetParam());
  PageLayout layout = analyze(analyzer, page.image);
  EXPECT_EQ(layout.geometries.size(), 12U);
}

TEST(LayoutAnalyzer, TakesTheWholeImageForOneLineWhenAsked) {
  Page page({900, 90});
  page.write(words(0), {40, 60});
  LayoutAnalyzer analyzer(LayoutMode::kLine);
  PageLayout layout = analyze(analyzer, page.image);
  expect_consistent(layout, page.image.gray);
  ASSERT_EQ(layout.geometries.size(), 1U);
  EXPECT_NEAR(layout.geometries[0].baseline_start.y, 60, 3);
  EXPECT_NEAR(lines_of(layout)[0].bbox.x0, 40, 5);
}

TEST(LinesInOrder, WalksBlocksParagraphsAndLines) {
  std::vector<io::Block> blocks(2);
  blocks[0].paragraphs.resize(2);
  blocks[1].paragraphs.resize(1);
  blocks[0].paragraphs[0].lines.resize(2);
  blocks[0].paragraphs[1].lines.resize(1);
  blocks[1].paragraphs[0].lines.resize(1);
  EXPECT_THAT(lines_in_order(blocks),
              ElementsAre(&blocks[0].paragraphs[0].lines[0], &blocks[0].paragraphs[0].lines[1],
                          &blocks[0].paragraphs[1].lines[0], &blocks[1].paragraphs[0].lines[0]));
}

}  // namespace
}  // namespace ocrbatch::pipeline
