#include "kernels/line_preparation.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <string>

namespace ocrbatch::kernels {
namespace {

constexpr double kFontScale = 1.0;  // capitals of 22 px
constexpr float kAscent = 22, kDescent = 7, kXHeight = 15;

cv::Mat paper(int width, int height, uchar level = 255) {
  return {height, width, CV_8UC1, cv::Scalar(level)};
}

void write(cv::Mat& page, const std::string& text, cv::Point baseline, uchar ink = 0) {
  cv::putText(page, text, baseline, cv::FONT_HERSHEY_SIMPLEX, kFontScale, cv::Scalar(ink), 2, cv::LINE_AA);
}

float width_of(const std::string& text) {
  int below = 0;
  return static_cast<float>(cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, kFontScale, 2, &below).width);
}

LineGeometry geometry_of(const std::string& text, cv::Point baseline) {
  return {{static_cast<float>(baseline.x), static_cast<float>(baseline.y)},
          {baseline.x + width_of(text), static_cast<float>(baseline.y)},
          kAscent,
          kDescent,
          kXHeight};
}

int ink_in(const cv::Mat& pixels, cv::Range rows) {
  return cv::countNonZero(pixels.rowRange(rows) < 128);
}

cv::Point2f on_page(const PreparedLine& line, cv::Point2f point) {
  const cv::Vec2f mapped = line.to_page * cv::Vec3f(point.x, point.y, 1);
  return {mapped[0], mapped[1]};
}

TEST(PrepareLine, HasTheAskedHeightAndKeepsTheAspect) {
  cv::Mat page = paper(600, 100);
  write(page, "minimum", {50, 60});
  const LineGeometry geometry = geometry_of("minimum", {50, 60});
  LinePreparation options;
  const PreparedLine line = prepare_line(page, geometry, options);
  ASSERT_EQ(line.pixels.type(), CV_8UC1);
  EXPECT_EQ(line.pixels.rows, 40);
  const float scale = 40 / (29 * (1 + 2 * options.vertical_margin));
  EXPECT_NEAR(line.pixels.cols, (width_of("minimum") + 2 * 29 * options.horizontal_margin) * scale, 1.5);

  options.height_px = 64;
  EXPECT_EQ(prepare_line(page, geometry, options).pixels.rows, 64);
}

TEST(PrepareLine, SqueezesALineThatIsTooLong) {
  cv::Mat page = paper(2000, 60);
  LinePreparation options;
  options.max_width_px = 300;
  const PreparedLine line = prepare_line(page, {{0, 40}, {2000, 40}, kAscent, kDescent, kXHeight}, options);
  EXPECT_EQ(line.pixels.cols, 300);
  EXPECT_EQ(line.pixels.rows, 40);
  EXPECT_NEAR(on_page(line, {300, 20}).x, 2000 + 29 * options.horizontal_margin, 1);
}

TEST(PrepareLine, MapsItsPixelsBackToThePage) {
  cv::Mat page = paper(400, 200);
  cv::rectangle(page, {200, 90}, {203, 99}, 0, cv::FILLED);  // x 200-204, y 90-100
  const PreparedLine line = prepare_line(page, {{100, 100}, {300, 110}, kAscent, kDescent, kXHeight}, {});
  cv::Moments moments = cv::moments(255 - line.pixels);
  const cv::Point2f centre(moments.m10 / moments.m00 + 0.5, moments.m01 / moments.m00 + 0.5);
  EXPECT_NEAR(on_page(line, centre).x, 202, 0.5);
  EXPECT_NEAR(on_page(line, centre).y, 95, 0.5);
}

TEST(PrepareLine, StraightensASlantedLine) {
  cv::Mat page = paper(800, 160);
  const float slope = 0.06F;
  for (int x = 40; x < 740; x += 20) {
    const int baseline = cvRound(60 + slope * (x - 40));
    cv::rectangle(page, {x, baseline - 20}, {x + 8, baseline - 1}, 0, cv::FILLED);
  }
  const PreparedLine line =
      prepare_line(page, {{40, 60}, {740, 60 + slope * 700}, kAscent, kDescent, kXHeight}, {});
  const auto lowest_ink = [&](cv::Range columns) {
    return cv::boundingRect(line.pixels.colRange(columns) < 128).br().y;
  };
  const int quarter = line.pixels.cols / 4;
  EXPECT_NEAR(lowest_ink({0, quarter}), lowest_ink({3 * quarter, line.pixels.cols}), 1);
}

// A page of a book that does not lie flat: columns moved down by up to 25 pixels, as far as the line is high.
TEST(PrepareLine, StraightensALineThatBends) {
  const std::string text = "minimum of print";
  cv::Mat flat = paper(600, 140), bent = paper(600, 140);
  write(flat, text, {50, 60});
  LineGeometry geometry = geometry_of(text, {50, 60});
  const float length = geometry.baseline_end.x - geometry.baseline_start.x;
  const auto below = [&](float share) { return 100 * share * (1 - share); };
  for (int x = 0; x < bent.cols; ++x) {
    const float share = (static_cast<float>(x) + 0.5F - geometry.baseline_start.x) / length;
    const cv::Matx23f down(1, 0, 0, 0, 1, share < 0 || share > 1 ? 0 : below(share));
    cv::Mat column = bent.col(x);
    cv::warpAffine(flat.col(x), column, down, column.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  }
  const auto difference = [&](const PreparedLine& line) {
    const PreparedLine expected = prepare_line(flat, geometry_of(text, {50, 60}), {});
    if (line.pixels.size() != expected.pixels.size()) return 255.0;
    return cv::norm(line.pixels, expected.pixels, cv::NORM_L1) / static_cast<double>(line.pixels.total());
  };
  EXPECT_GT(difference(prepare_line(bent, geometry, {})), 15);
  for (int i = 1; i < kBendSteps; ++i)
    geometry.bend_px[static_cast<std::size_t>(i - 1)] = below(static_cast<float>(i) / kBendSteps);
  EXPECT_LT(difference(prepare_line(bent, geometry, {})), 5);

  geometry.bend_px[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(prepare_line(bent, geometry, {}).pixels.empty());
}

TEST(PrepareLine, ReadsALineThatRunsDownThePage) {
  cv::Mat level = paper(300, 120), upright;
  write(level, "minimum", {50, 70});
  cv::rotate(level, upright, cv::ROTATE_90_CLOCKWISE);  // what was at (x, y) is at (120 - y, x)
  const LineGeometry of_level = geometry_of("minimum", {50, 70});
  LineGeometry of_upright = of_level;
  of_upright.baseline_start = {120 - of_level.baseline_start.y, of_level.baseline_start.x};
  of_upright.baseline_end = {120 - of_level.baseline_end.y, of_level.baseline_end.x};
  const cv::Mat expected = prepare_line(level, of_level, {}).pixels,
                found = prepare_line(upright, of_upright, {}).pixels;
  ASSERT_EQ(found.size(), expected.size());
  EXPECT_LE(cv::norm(found, expected, cv::NORM_INF), 3);
}

TEST(PrepareLine, NeedsNoMargin) {
  cv::Mat page = paper(300, 120);
  write(page, "minimum", {50, 70});
  LinePreparation options;
  options.vertical_margin = options.horizontal_margin = 0;
  for (const bool suppress : {false, true}) {
    options.suppress_neighbours = suppress;
    for (const int height : {17, 40}) {
      options.height_px = height;
      const cv::Mat pixels = prepare_line(page, geometry_of("minimum", {50, 70}), options).pixels;
      ASSERT_EQ(pixels.rows, height);
      EXPECT_GT(ink_in(pixels, {0, height}), 0);
    }
  }
}

TEST(PrepareLine, KeepsHairlinesWhenItShrinks) {
  cv::Mat page = paper(2000, 300);
  for (int x = 100; x < 1900; x += 40) cv::line(page, {x, 60}, {x, 200}, 0, 2);
  const PreparedLine line = prepare_line(page, {{90, 200}, {1900, 200}, 140, 40, 100}, {});
  int strokes = 0;
  const uchar* row = line.pixels.ptr<uchar>(18);
  for (int x = 1; x < line.pixels.cols; ++x) strokes += row[x] < 200 && row[x - 1] >= 200;
  EXPECT_EQ(strokes, 45);
}

TEST(PrepareLine, WhitensTheLinesAboveAndBelow) {
  const std::string text = "minimum annum";
  cv::Mat alone = paper(500, 140);
  write(alone, text, {40, 70});
  cv::Mat crowded = alone.clone();
  write(crowded, "gypsy jumping", {40, 70 - 27});  // tails reach into the line
  write(crowded, "flick thickly", {40, 70 + 27});  // ascenders reach into the line
  const LineGeometry geometry = geometry_of(text, {40, 70});
  LinePreparation options;
  const cv::Mat wanted = prepare_line(alone, geometry, options).pixels;
  const cv::Mat cleaned = prepare_line(crowded, geometry, options).pixels;
  options.suppress_neighbours = false;
  const cv::Mat uncleaned = prepare_line(crowded, geometry, options).pixels;
  ASSERT_EQ(cleaned.size(), wanted.size());
  const double before = cv::norm(uncleaned, wanted, cv::NORM_L1),
               after = cv::norm(cleaned, wanted, cv::NORM_L1);
  EXPECT_GT(before, 20 * 255);
  EXPECT_LT(after, 0.2 * before);
}

TEST(PrepareLine, KeepsDotsCommasAndQuotesBetweenCrowdedLines) {
  const std::string text = "\"mini,\" i; j: a'i. i! j?";
  cv::Mat alone = paper(600, 160);
  write(alone, text, {40, 80});
  cv::Mat crowded = alone.clone();
  write(crowded, "minimum annum rumour", {40, 80 - 33});
  write(crowded, "minimum annum rumour", {40, 80 + 33});
  const LineGeometry geometry = geometry_of(text, {40, 80});
  const cv::Mat wanted = prepare_line(alone, geometry, {}).pixels;
  const cv::Mat got = prepare_line(crowded, geometry, {}).pixels;
  ASSERT_EQ(got.size(), wanted.size());
  EXPECT_LT(cv::norm(got, wanted, cv::NORM_L1), 0.02 * cv::norm(255 - wanted, cv::NORM_L1));
}

TEST(PrepareLine, ShowsTheWholeAccentOfACapital) {
  cv::Mat page = paper(300, 120);
  write(page, "ECOLE", {60, 80});
  cv::line(page, {66, 56}, {76, 52}, 0, 2);  // above the capitals' tops at 58
  const PreparedLine line = prepare_line(page, geometry_of("ECOLE", {60, 80}), {});
  EXPECT_LT(on_page(line, {0, 0}).y, 52);
  const cv::Matx23f to_page = line.to_page;
  const auto row_of = [&](float y) { return cvRound((y - to_page(1, 2)) / to_page(1, 1)); };
  EXPECT_GT(ink_in(line.pixels, {std::max(0, row_of(50)), row_of(57)}), 5);
}

TEST(PrepareLine, RemovesAnUnderlineOfTheLineAboveButNoLetterThatTouchesIt) {
  cv::Mat alone = paper(400, 120);
  write(alone, "him lit", {40, 80});
  cv::Mat ruled = alone.clone();
  cv::line(ruled, {30, 56}, {200, 56}, 0, 2);  // touches the tops of h, i, l and t
  const LineGeometry geometry = geometry_of("him lit", {40, 80});
  const cv::Mat wanted = prepare_line(alone, geometry, {}).pixels,
                got = prepare_line(ruled, geometry, {}).pixels;
  ASSERT_EQ(got.size(), wanted.size());
  const cv::Range body(14, 40);
  EXPECT_LT(cv::norm(got.rowRange(body), wanted.rowRange(body), cv::NORM_L1),
            0.1 * cv::norm(255 - wanted.rowRange(body), cv::NORM_L1));
  EXPECT_LT(ink_in(got, {0, 40}), 1.15 * ink_in(wanted, {0, 40}));
}

TEST(PrepareLine, MakesWhiteOnBlackBlackOnWhite) {
  cv::Mat page = paper(400, 120);
  write(page, "minimum", {60, 70});
  const cv::Mat inverted = 255 - page;
  const LineGeometry geometry = geometry_of("minimum", {60, 70});
  const cv::Mat wanted = prepare_line(page, geometry, {}).pixels,
                got = prepare_line(inverted, geometry, {}).pixels;
  ASSERT_EQ(got.size(), wanted.size());
  EXPECT_LT(cv::norm(got, wanted, cv::NORM_L1), 0.03 * cv::norm(255 - wanted, cv::NORM_L1));
}

// A row of a table between thick rules: what is around it is dark, and it is no light print.
TEST(PrepareLine, LeavesARowBetweenThickRulesAsItIs) {
  cv::Mat page = paper(400, 120);
  write(page, "2,085,923", {60, 70});
  const LineGeometry geometry = geometry_of("2,085,923", {60, 70});
  const cv::Mat wanted = prepare_line(page, geometry, {}).pixels;
  cv::rectangle(page, {40, 42}, {260, 47}, cv::Scalar(0), cv::FILLED);
  cv::rectangle(page, {40, 77}, {260, 82}, cv::Scalar(0), cv::FILLED);
  const cv::Mat got = prepare_line(page, geometry, {}).pixels;
  ASSERT_EQ(got.size(), wanted.size());
  const cv::Range body(8, 30);
  EXPECT_LT(cv::norm(got.rowRange(body), wanted.rowRange(body), cv::NORM_L1),
            0.1 * cv::norm(255 - wanted.rowRange(body), cv::NORM_L1));
}

TEST(PrepareLine, StretchesFaintPrintOnGrayPaper) {
  cv::Mat page = paper(400, 120, 170);
  write(page, "minimum", {60, 70}, 110);
  const cv::Mat pixels = prepare_line(page, geometry_of("minimum", {60, 70}), {}).pixels;
  double darkest = 0, lightest = 0;
  cv::minMaxLoc(pixels, &darkest, &lightest);
  EXPECT_LT(darkest, 20);
  EXPECT_EQ(lightest, 255);
}

TEST(PrepareLine, DoesNotTakeAShadowForInk) {
  cv::Mat page = paper(600, 120);
  write(page, "minimum minimum", {60, 70});
  for (int x = 300; x < 600; ++x) page.col(x).convertTo(page.col(x), CV_8U, 0.45);
  const cv::Mat pixels = prepare_line(page, geometry_of("minimum minimum", {60, 70}), {}).pixels;
  // Paper stays paper on both sides of the shadow's edge.
  EXPECT_GT(cv::mean(pixels.colRange(0, pixels.cols / 3))[0], 180);
  EXPECT_GT(cv::mean(pixels.colRange(2 * pixels.cols / 3, pixels.cols))[0], 180);
}

TEST(PrepareLine, DoesNotBlowUpTheNoiseOfAnEmptyCrop) {
  cv::Mat page = paper(400, 120, 220), noise(page.size(), CV_8SC1);
  cv::theRNG().state = 7;
  cv::randn(noise, 0, 4);
  cv::add(page, noise, page, cv::noArray(), CV_8U);
  const cv::Mat pixels = prepare_line(page, geometry_of("minimum", {60, 70}), {}).pixels;
  EXPECT_EQ(ink_in(pixels, {0, 40}), 0);
}

TEST(PrepareLine, TakesWhatLiesOutsideThePageForPaper) {
  cv::Mat page = paper(200, 40);
  write(page, "minimum", {10, 30});
  const LineGeometry geometry{{-100, 30}, {500, 30}, kAscent, kDescent, kXHeight};
  const PreparedLine line = prepare_line(page, geometry, {});
  ASSERT_FALSE(line.pixels.empty());
  EXPECT_GT(ink_in(line.pixels, {0, 40}), 100);
  EXPECT_EQ(cv::countNonZero(line.pixels.colRange(0, 80) < 255), 0);

  const PreparedLine beside = prepare_line(page, {{900, 900}, {1000, 900}, kAscent, kDescent, kXHeight}, {});
  EXPECT_EQ(ink_in(beside.pixels, {0, 40}), 0);
}

TEST(PrepareLine, GivesNothingForADegenerateGeometry) {
  const cv::Mat page = paper(200, 100);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(prepare_line(page, {}, {}).pixels.empty());
  EXPECT_TRUE(prepare_line(page, {{10, 50}, {10, 50}, 20, 5, 0}, {}).pixels.empty());
  EXPECT_TRUE(prepare_line(page, {{10, 50}, {90, 50}, 0, 5, 0}, {}).pixels.empty());
  EXPECT_TRUE(prepare_line(page, {{10, nan}, {90, 50}, 20, 5, 0}, {}).pixels.empty());
  EXPECT_TRUE(prepare_line({}, {{10, 50}, {90, 50}, 20, 5, 0}, {}).pixels.empty());
}

TEST(FindLineGeometry, FindsTheBaselineInsideWhiteMargins) {
  cv::Mat image = paper(500, 120);
  write(image, "Typing many lines", {60, 70});
  const LineGeometry geometry = find_line_geometry(image);
  EXPECT_NEAR(geometry.baseline_start.x, 60, 4);
  EXPECT_NEAR(geometry.baseline_end.x, 60 + width_of("Typing many lines"), 5);
  EXPECT_NEAR(geometry.baseline_start.y, 70, 2);
  EXPECT_NEAR(geometry.baseline_end.y, 70, 2);
  EXPECT_NEAR(geometry.ascent_px, kAscent, 3);
  EXPECT_NEAR(geometry.x_height_px, kXHeight, 3);
  EXPECT_GE(geometry.descent_px, 5);
}

TEST(FindLineGeometry, WorksOnATightBilevelCrop) {
  cv::Mat image = paper(500, 120);
  write(image, "Typing many lines", {60, 70});
  image = image > 128;
  const cv::Mat tight = image(cv::boundingRect(image == 0)).clone();
  const LineGeometry geometry = find_line_geometry(tight);
  EXPECT_NEAR(geometry.baseline_start.y, kAscent, 3);
  EXPECT_NEAR(geometry.ascent_px, kAscent, 3);
  EXPECT_NEAR(geometry.baseline_end.x - geometry.baseline_start.x, tight.cols, 2);
}

TEST(FindLineGeometry, TakesCapitalsForCapitals) {
  cv::Mat image = paper(500, 100);
  write(image, "TOTAL 1234.50", {40, 60});
  const LineGeometry geometry = find_line_geometry(image);
  EXPECT_NEAR(geometry.baseline_start.y, 60, 2);
  EXPECT_NEAR(geometry.ascent_px, kAscent, 3);
  EXPECT_GT(geometry.descent_px, 3);
}

TEST(FindLineGeometry, FollowsASlant) {
  cv::Mat image = paper(700, 160);
  write(image, "Minimum annum millennium", {60, 80});
  const cv::Mat tilt = (cv::Mat_<double>(2, 3) << 1, 0, 0, 0.04, 1, -10);
  cv::Mat slanted;
  cv::warpAffine(image, slanted, tilt, image.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  const LineGeometry geometry = find_line_geometry(slanted);
  const cv::Point2f reach = geometry.baseline_end - geometry.baseline_start;
  EXPECT_NEAR(reach.y / reach.x, 0.04, 0.01);
}

TEST(FindLineGeometry, ReadsWhiteOnBlack) {
  cv::Mat image = paper(500, 120);
  write(image, "Typing many lines", {60, 70});
  const cv::Mat inverted = 255 - image;
  EXPECT_NEAR(find_line_geometry(inverted).baseline_start.y, 70, 2);
}

TEST(FindLineGeometry, CoversAnImageWithoutInk) {
  const LineGeometry geometry = find_line_geometry(paper(300, 50));
  EXPECT_EQ(geometry.baseline_start.x, 0);
  EXPECT_EQ(geometry.baseline_end.x, 300);
  EXPECT_NEAR(geometry.ascent_px + geometry.descent_px, 50, 0.01);
}

// As boxes of a ground truth cut them: with the feet of the line above and the tops of the one below.
TEST(FindLineGeometry, LeavesOutWhatTheImageShowsOfOtherLines) {
  cv::Mat image = paper(600, 160);
  const int distance = kAscent + 14;
  write(image, "Typing many lines of text", {40, 80});
  write(image, "above in the column", {60, 80 - distance});
  write(image, "below in the column", {60, 80 + distance});
  const int top = 80 - distance - kXHeight + 3, bottom = 80 + distance - kXHeight + 8;
  const LineGeometry geometry = find_line_geometry(image.rowRange(top, bottom));
  EXPECT_NEAR(geometry.baseline_start.y, 80 - top, 2);
  EXPECT_NEAR(geometry.ascent_px, kAscent, 5);
  EXPECT_LT(geometry.descent_px, 14);
  EXPECT_NEAR(geometry.x_height_px, kXHeight, 3);
}

// Bold capitals, cut tightly: more ink than paper, which is all around.
TEST(FindLineGeometry, MoreInkThanPaperIsStillInk) {
  for (const bool light_on_dark : {false, true}) {
    cv::Mat image(60, 300, CV_8UC1, cv::Scalar(light_on_dark ? 30 : 225));
    for (int x = 8; x + 29 <= 292; x += 36) {
      cv::rectangle(image, cv::Rect(x, 5, 29, 50), cv::Scalar(light_on_dark ? 225 : 30), cv::FILLED);
      cv::rectangle(image, cv::Rect(x + 11, 14, 8, 12), cv::Scalar(light_on_dark ? 30 : 225), cv::FILLED);
    }
    const PreparedLine line = prepare_line(image, find_line_geometry(image), {});
    ASSERT_FALSE(line.pixels.empty());
    const cv::Mat letters =
        line.pixels(cv::Rect(line.pixels.cols / 4, line.pixels.rows / 2, line.pixels.cols / 2, 1));
    EXPECT_LT(cv::mean(letters)[0], 110) << light_on_dark;
    EXPECT_GT(cv::mean(line.pixels.row(0))[0], 200) << light_on_dark;
  }
}

}  // namespace
}  // namespace ocrbatch::kernels
