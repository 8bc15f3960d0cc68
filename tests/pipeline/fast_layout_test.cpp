// The stages of the fast layout, and what it finds that Tesseract's does not.
#include <gmock/gmock.h>

#include <opencv2/imgproc.hpp>
#include <string>

#include "pipeline/layout.h"
#include "pipeline/layout/chains.h"
#include "pipeline/layout/columns.h"
#include "pipeline/layout/components.h"
#include "pipeline/layout/fit_row.h"
#include "pipeline/layout/order.h"
#include "pipeline/layout/reversed.h"
#include "pipeline/layout/rows.h"
#include "pipeline/layout/rules.h"
#include "pipeline/layout/strays.h"

namespace ocrbatch::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

cv::Mat paper(int width, int height) {
  return cv::Mat(height, width, CV_8UC1, cv::Scalar(0));
}

// Letters 8 px wide and `height` high, 4 px apart, on one baseline.
std::vector<Letter> word(float x, float baseline, int count, float height = 10) {
  std::vector<Letter> letters;
  for (int i = 0; i < count; ++i) {
    const float start = x + 12.0F * static_cast<float>(i);
    letters.push_back({start, start + 8, baseline - height, baseline});
  }
  return letters;
}

std::vector<Letter> operator+(std::vector<Letter> a, const std::vector<Letter>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(FindComponents, AgreesWithOpenCvOnNoise) {
  cv::Mat dice(61, 83, CV_8UC1), ink;
  cv::theRNG().state = 3;
  cv::randu(dice, 0, 256);
  for (const int share : {10, 90, 128, 200}) {
    cv::threshold(dice, ink, share, 255, cv::THRESH_BINARY_INV);
    cv::Mat labels, stats, centroids;
    const int count = cv::connectedComponentsWithStats(ink, labels, stats, centroids, 8, CV_32S);
    const std::vector<Component> found = find_components(ink);
    ASSERT_EQ(found.size(), static_cast<size_t>(count - 1)) << share;
    std::vector<std::array<int, 5>> wanted, got;
    for (int i = 1; i < count; ++i) {
      const int* row = stats.ptr<int>(i);
      wanted.push_back({row[0], row[1], row[2], row[3], row[4]});
    }
    for (const Component& part : found)
      got.push_back({part.box.x, part.box.y, part.box.width, part.box.height, part.pixels});
    std::sort(wanted.begin(), wanted.end());
    std::sort(got.begin(), got.end());
    EXPECT_EQ(got, wanted) << share;
  }
}

TEST(EraseRules, TakesFramesAndLeavesLettersAndBars) {
  cv::Mat ink = paper(400, 200);
  cv::rectangle(ink, {20, 20}, {380, 180}, cv::Scalar(255), 2);
  cv::line(ink, {20, 100}, {380, 106}, cv::Scalar(255), 2);  // tilted by a degree
  cv::putText(ink, "print in a frame", {60, 70}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(255), 2);
  cv::Mat letters = paper(400, 200);
  cv::putText(letters, "print in a frame", {60, 70}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(255), 2);
  const ErasedRules erased = erase_rules(ink, find_components(ink), 13);
  EXPECT_TRUE(erased.any);
  // The frame's sides, in pieces.
  ASSERT_THAT(erased.upright, SizeIs(::testing::Ge(20U)));
  for (const UprightRule& piece : erased.upright) {
    EXPECT_GE(piece.height, 155);
    EXPECT_LE(piece.box.width, 4);
    EXPECT_TRUE(std::abs(piece.box.x - 20) < 4 || std::abs(piece.box.x - 380) < 4) << piece.box;
  }
  EXPECT_LT(cv::countNonZero(ink - letters), 40);
  EXPECT_EQ(cv::countNonZero(letters - ink), 0);
  EXPECT_FALSE(erase_rules(letters, find_components(letters), 13).any);
}

TEST(PaintOver, TakesBordersOfCellsAndLeavesLetters) {
  cv::Mat gray(60, 300, CV_8UC1, cv::Scalar(230));
  cv::rectangle(gray, cv::Rect(100, 0, 3, 60), cv::Scalar(20), cv::FILLED);   // a rule
  cv::rectangle(gray, cv::Rect(150, 20, 3, 20), cv::Scalar(20), cv::FILLED);  // an l
  cv::rectangle(gray, cv::Rect(280, 0, 3, 60), cv::Scalar(20), cv::FILLED);   // a rule away from the line
  const cv::Rect line(50, 20, 150, 20);
  paint_over({{{100, 0, 3, 60}, 60}, {{150, 20, 3, 20}, 20}, {{280, 0, 3, 60}, 60}}, {line}, gray);
  EXPECT_EQ(gray.at<uchar>(30, 101), 230);
  EXPECT_EQ(gray.at<uchar>(30, 151), 20);
  EXPECT_EQ(gray.at<uchar>(30, 281), 20);
}

TEST(FindReversedLetters, SeesLightPrintOnABarOnly) {
  cv::Mat ink = paper(400, 200);
  cv::rectangle(ink, {40, 40}, {300, 70}, cv::Scalar(255), cv::FILLED);
  cv::putText(ink, "TOTAL", {60, 62}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(0), 2);
  EXPECT_GE(find_reversed_letters(ink, find_components(ink), 13).size(), 3U);  // of five letters, some touch
  cv::Mat silhouette = paper(400, 200);
  cv::circle(silhouette, {150, 100}, 80, cv::Scalar(255), cv::FILLED);
  cv::ellipse(silhouette, {250, 150}, {120, 20}, 20, 0, 360, cv::Scalar(255), cv::FILLED);
  cv::putText(silhouette, "TOTAL", {110, 100}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(0), 2);
  EXPECT_THAT(find_reversed_letters(silhouette, find_components(silhouette), 13), SizeIs(0));
}

TEST(ChainLetters, KeepsRowsApart) {
  const auto chains = chain_letters(word(10, 30, 5) + word(80, 30, 4) + word(10, 44, 12), 1.6F);
  ASSERT_THAT(chains, SizeIs(2));
  EXPECT_THAT(chains[0], SizeIs(9));
  EXPECT_THAT(chains[1], SizeIs(12));
}

TEST(TiltOf, IsTheRowsSlope) {
  std::vector<Letter> letters = word(10, 30, 40) + word(10, 60, 40);
  for (Letter& letter : letters) {
    letter.top += 0.03F * letter.middle();
    letter.bottom += 0.03F * letter.middle();
  }
  EXPECT_NEAR(tilt_of(chain_letters(letters, 1.6F)), 0.03, 0.002);
}

TEST(FitRow, TellsXHeightFromAscendersAndIgnoresDescenders) {
  std::vector<Letter> letters = word(10, 30, 20);
  for (const int tall : {0, 4, 9, 13}) letters[tall].top = 15;
  for (const int low : {2, 7, 19}) letters[low].bottom = 34;
  const Row row = fit_row(letters);
  EXPECT_NEAR(row.baseline_at(100), 30, 0.5);
  EXPECT_NEAR(row.x_height, 10, 0.5);
  EXPECT_NEAR(row.ascent, 15, 0.5);
  EXPECT_NEAR(row.descent, 4, 0.5);
}

TEST(FitRow, ADescenderAtTheEndOfAShortRowDoesNotTurnIt) {
  std::vector<Letter> letters = word(10, 30, 10);
  letters.back().bottom = 34;
  letters[8].bottom = 34;
  const Row row = fit_row(letters);
  EXPECT_NEAR(row.slope, 0, 0.004);
  EXPECT_NEAR(row.baseline_at(100), 30, 0.5);
}

TEST(SettleSingleHeights, TakesOneHeightForWhatItsNeighboursSay) {
  std::vector<Letter> both = word(10, 30, 20);
  for (const int tall : {0, 4, 9, 13}) both[tall].top = 15;
  std::vector<Row> rows = {fit_row(both), fit_row(word(10, 60, 9)), fit_row(word(10, 90, 9, 15))};
  settle_single_heights(rows);
  EXPECT_NEAR(rows[1].x_height, 10, 0.5);  // "no one can see us now"
  EXPECT_NEAR(rows[2].ascent, 15, 0.5);    // "GOODS SOLD"
}

TEST(AbsorbPieces, GivesACommaToItsRow) {
  std::vector<Row> rows = {fit_row(word(10, 30, 12)), fit_row({{153, 156, 27, 33}}),
                           fit_row({{153, 156, 97, 103}})};
  absorb_pieces(rows);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows.back().x1, 156);
}

TEST(LiesWithin, MarksAndRowsFoundTwiceButNoLowerNumber) {
  const Row row = fit_row(word(10, 30, 30));
  EXPECT_TRUE(lies_within(fit_row(word(130, 30, 4)), row));
  EXPECT_TRUE(lies_within(fit_row({{100, 103, 19, 24}, {105, 108, 19, 24}}), row));
  EXPECT_TRUE(lies_within(row, row));
  EXPECT_FALSE(lies_within(fit_row(word(130, 36, 4)), row));
  EXPECT_FALSE(lies_within(fit_row(word(360, 30, 4)), row));
  EXPECT_FALSE(lies_within(row, fit_row(word(130, 30, 4))));
}

// Two columns of `rows` rows; in each the left part ends and the right one starts where the functions say.
std::vector<Row> page_of(int rows, int left_letters, float right_start, int right_letters) {
  std::vector<Row> page;
  for (int i = 0; i < rows; ++i) {
    const float baseline = 30.0F + 24.0F * static_cast<float>(i);
    page.push_back(fit_row(word(10, baseline, left_letters) + word(right_start, baseline, right_letters)));
  }
  return page;
}

TEST(Tilt, LevelPointsGoBackToThePage) {
  const Tilt tilt{0.02F};
  const cv::Point2f page(700, 300), level = tilt.to_level(page), back = tilt.to_page(level);
  EXPECT_FLOAT_EQ(level.x, 706);
  EXPECT_FLOAT_EQ(level.y, 286);
  EXPECT_NEAR(back.x, page.x, 1e-2);
  EXPECT_NEAR(back.y, page.y, 1e-2);
}

// Two columns of a newspaper whose lines do not stand level with each other, and a gutter like a space
// between words.
TEST(CutAtSteps, CutsWhereAChainChangesToAnotherRow) {
  const auto cut = cut_at_steps({word(10, 30, 20) + word(262, 35, 20), word(10, 60, 20) + word(262, 61, 20)});
  ASSERT_THAT(cut, SizeIs(3));
  EXPECT_THAT(cut[0], SizeIs(40));  // a pixel is no step
  std::vector<float> starts = {cut[1].front().x0, cut[2].front().x0};
  EXPECT_THAT(starts, ::testing::UnorderedElementsAre(10, 262));
}

TEST(AttachMarks, BetweenColumnsAMarkBelongsToTheNearerOne) {
  std::vector<Row> rows = {fit_row(word(10, 30, 10)), fit_row(word(146, 30, 10))};  // 126 to 146 is white
  attach_marks(rows, {{128, 130, 28, 30}, {139, 144, 20, 23}});
  EXPECT_EQ(rows[0].x1, 130);
  EXPECT_EQ(rows[1].x0, 139);
}

TEST(FindGutters, TakesNarrowOnesWhereVeryManyRowsHaveThem) {
  // Words of four letters with spaces that lie above each other nowhere but between the columns.
  const auto newspaper = [](int count) {
    std::vector<Row> rows;
    for (int i = 0; i < count; ++i) {
      const float baseline = 30.0F + 24.0F * static_cast<float>(i);
      std::vector<Letter> letters;
      for (const float column : {10.0F, 375.0F}) {
        float x = column;
        for (int letter = 0; letter < 30; ++letter) {
          letters.push_back({x, x + 8, baseline - 10, baseline});
          x += (letter + i) % 5 == 4 && letter < 29 ? 16.0F : 11.0F;
        }
      }
      rows.push_back(fit_row(letters));
    }
    return rows;
  };
  const auto gutters = find_gutters(newspaper(14));
  ASSERT_THAT(gutters, SizeIs(1));
  EXPECT_TRUE(gutters[0].is_between_columns);
  EXPECT_LT(gutters[0].x1 - gutters[0].x0, 9);
  EXPECT_THAT(find_gutters(newspaper(5)), SizeIs(0));
}

TEST(JoinRows, NotAcrossWhatPartsThem) {
  const std::vector<Row> rows = {fit_row(word(10, 30, 10)), fit_row(word(146, 30, 10))};
  const std::vector<Gutter> gutters = {{128, 144, 0, 100, true}};
  const auto parted = [&](const Row& left, const Row& right) { return parts_rows(gutters, left, right); };
  EXPECT_THAT(join_rows(rows, 1e6F), SizeIs(1));
  EXPECT_THAT(join_rows(rows, 1e6F, parted), SizeIs(2));
}

TEST(FindGutters, PartsColumnsOfTextAndKeepsRowsOfTables) {
  const auto columns = find_gutters(page_of(8, 30, 400, 30));
  ASSERT_THAT(columns, SizeIs(1));
  EXPECT_TRUE(columns[0].is_between_columns);
  EXPECT_EQ(columns[0].x0, 10 + 29 * 12 + 8);
  EXPECT_EQ(columns[0].x1, 400);
  const auto table = find_gutters(page_of(8, 10, 400, 4));
  ASSERT_THAT(table, SizeIs(1));
  EXPECT_FALSE(table[0].is_between_columns);
  EXPECT_THAT(find_gutters(page_of(2, 30, 400, 30)), SizeIs(0));  // two wide spaces are no column
}

TEST(FindGutters, PartsColumnsOfTextAroundAPictureAndAboveATable) {
  // A picture takes half of the left column's width from its fourth row to its thirteenth.
  std::vector<Row> rows = page_of(3, 30, 400, 30);
  for (int i = 3; i < 13; ++i) {
    const float baseline = 30.0F + 24.0F * static_cast<float>(i);
    rows.push_back(fit_row(word(190, baseline, 15) + word(400, baseline, 30)));
  }
  std::vector<Gutter> gutters = find_gutters(rows);
  ASSERT_THAT(gutters, SizeIs(1));
  EXPECT_TRUE(gutters[0].is_between_columns);
  // A table stands beneath the left column, beside text of the right one.
  rows = page_of(10, 30, 400, 30);
  for (int i = 10; i < 15; ++i) {
    const float baseline = 30.0F + 24.0F * static_cast<float>(i);
    rows.push_back(fit_row(word(10, baseline, 4) + word(322, baseline, 4) + word(400, baseline, 30)));
  }
  gutters = find_gutters(rows);
  const auto between = std::count_if(gutters.begin(), gutters.end(), [](const Gutter& gutter) {
    return gutter.is_between_columns && gutter.x1 == 400 && gutter.bottom > 30 + 24 * 14;
  });
  EXPECT_EQ(between, 1);
}

TEST(ReadingOrder, ReadsColumnsDownAndTablesAcross) {
  const auto starts = [](const std::vector<Row>& rows) {
    const std::vector<RowPart> parts = split_rows(rows, find_gutters(rows));
    std::vector<std::pair<float, float>> order;
    for (const OrderedPart& ordered : reading_order(parts))
      order.emplace_back(parts[ordered.part].line.x0, parts[ordered.part].line.baseline);
    return order;
  };
  const auto columns = starts(page_of(8, 30, 400, 30));
  ASSERT_THAT(columns, SizeIs(16));
  for (size_t i = 0; i < 16; ++i) EXPECT_EQ(columns[i].first, i < 8 ? 10 : 400) << i;
  const auto table = starts(page_of(8, 6, 400, 4));
  ASSERT_THAT(table, SizeIs(16));
  for (size_t i = 0; i < 16; ++i) EXPECT_EQ(table[i].first, i % 2 == 0 ? 10 : 400) << i;
}

TEST(ReadingOrder, ALineThatHangsOverStaysInItsColumn) {
  std::vector<RowPart> parts;
  for (int i = 0; i < 8; ++i) {
    const float baseline = 30.0F + 24.0F * static_cast<float>(i);
    parts.push_back({fit_row(word(10, baseline, i == 3 ? 31 : 30)), 2 * i});
    parts.push_back({fit_row(word(376, baseline, 30)), 2 * i + 1});
  }
  const auto order = reading_order(parts);
  ASSERT_THAT(order, SizeIs(16));
  for (size_t i = 0; i < 16; ++i) EXPECT_EQ(order[i].part % 2, i < 8 ? 0 : 1) << i;
}

TEST(ReadingOrder, AHeadingOverBothColumnsComesFirst) {
  std::vector<Row> rows = page_of(8, 30, 400, 30);
  rows.push_back(fit_row(word(150, 5, 40)));
  const std::vector<RowPart> parts = split_rows(rows, find_gutters(rows));
  const auto order = reading_order(parts);
  ASSERT_THAT(order, SizeIs(17));
  EXPECT_EQ(parts[order[0].part].line.baseline, 5);
  EXPECT_EQ(parts[order[1].part].line.x0, 10);
  EXPECT_EQ(parts[order[16].part].line.x0, 400);
}

// Four thousand words wherever they fell: no order is right, and none may take long to find.
TEST(ReadingOrder, GivesUpOnWordsThatLieAbout) {
  std::vector<RowPart> parts;
  std::uint32_t dice = 1;
  const auto roll = [&](std::uint32_t below) {
    dice = 1664525 * dice + 1013904223;
    return static_cast<float>((dice >> 8) % below);
  };
  for (int i = 0; i < 4000; ++i) parts.push_back({fit_row(word(roll(2400), 20 + roll(3000), 3)), i});
  const auto order = reading_order(parts);
  ASSERT_THAT(order, SizeIs(4000));
  std::vector<char> seen(4000, 0);
  for (const OrderedPart& ordered : order) seen[ordered.part] = 1;
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), 4000);
}

TEST(DropStrays, KeepsBrokenPrint) {
  // Letters of one size of which every other one has lost its foot.
  std::vector<Letter> letters = word(10, 30, 14);
  for (size_t i = 0; i < letters.size(); i += 2)
    letters[i].bottom = letters[i].bottom - 2.6F, letters[i].top -= 1;
  std::vector<Row> rows = {fit_row(letters)};
  drop_strays(rows, {}, {{600, 400}, 10, 0, {}});
  EXPECT_THAT(rows, SizeIs(1));
}

TEST(DropStrays, KeepsACleanRowWithRaisedNumbersAndTails) {
  std::vector<Letter> letters = word(10, 30, 26);
  for (size_t i = 15; i < 20; ++i) letters[i].bottom += 3;  // tails
  for (size_t i = 20; i < 26; ++i)
    letters[i].top -= 3, letters[i].bottom -= i < 22 ? 3.0F : 7.0F;  // a note's number
  std::vector<Row> rows = {fit_row(letters)};
  drop_strays(rows, {}, {{600, 400}, 10, 0, {}});
  EXPECT_THAT(rows, SizeIs(1));
  rows = {fit_row(letters)};
  std::vector<Letter> specks;
  for (int i = 0; i < 8; ++i)
    specks.push_back({20.0F + 30.0F * static_cast<float>(i), 22.0F + 30.0F * static_cast<float>(i), 24, 26});
  drop_strays(rows, specks, {{600, 400}, 10, 0, {}});
  EXPECT_THAT(rows, SizeIs(0));  // the same in a dirty zone
}

TEST(DropStrays, KnowsDirtBarcodesAndLoneLetters) {
  const PageFacts page{{600, 400}, 10, 0, {}};
  const Row print = fit_row(word(10, 30, 12));
  std::vector<Letter> bars, scattered;
  for (int i = 0; i < 20; ++i) {
    const float x = 200.0F + 5.0F * static_cast<float>(i);
    bars.push_back({x, x + 2, 60, 90});
    scattered.push_back({x, x + 4, 130.0F + 3.0F * (i % 5), 138.0F + 4.5F * ((i * 2) % 5)});
  }
  std::vector<Row> rows = {print, fit_row(bars), fit_row(scattered), fit_row({{300, 308, 20, 30}}),
                           fit_row({{400, 408, 200, 210}})};
  drop_strays(rows, {}, page);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].x0, 10);
  EXPECT_EQ(rows[1].x0, 300);  // in the row of print; the one at 400 has no company
}

TEST(DropStrays, ALoneDigitOfATableMayTouchTheRowAboveButAPieceOfARowMayNot) {
  const PageFacts page{{600, 400}, 10, 0, {}};
  const Row name = fit_row(word(10, 30, 6)), above = fit_row(word(180, 18, 8));
  const Letter quantity{200, 208, 20, 30}, piece{240, 248, 50, 60};
  std::vector<Row> rows = {name, above, fit_row({quantity}), fit_row(word(200, 72, 9)), fit_row({piece})};
  drop_strays(rows, {}, page);
  ASSERT_THAT(rows, SizeIs(4));
  EXPECT_EQ(rows[2].x0, 200);
  EXPECT_EQ(rows[2].baseline, 30);
  EXPECT_GT(rows[3].letters.size(), 1U);
}

io::PageImage blank_page(cv::Size size) {
  io::PageImage page;
  page.gray = cv::Mat(size, CV_8UC1, cv::Scalar(255));
  return page;
}

std::vector<io::Line> find_lines(const io::PageImage& page) {
  LayoutAnalyzer analyzer(LayoutMode::kFast);
  auto layout = analyzer.analyze(page);
  EXPECT_TRUE(layout.ok());
  std::vector<io::Line> lines;
  for (const io::Line* line : lines_in_order(layout.value().blocks)) lines.push_back(*line);
  return lines;
}

void write(io::PageImage& page, const std::string& text, cv::Point at, double size = 1, int gray = 0) {
  cv::putText(page.gray, text, at, cv::FONT_HERSHEY_COMPLEX, size, cv::Scalar(gray), 2, cv::LINE_AA);
}

// Snippets: images of a line, of a word, of a few lines.
TEST(FastLayout, TakesTheImageOfALineOrAWordForOneLine) {
  for (const char* const text : {"a line cut out of a page, to its end", "Cut", "7"}) {
    int baseline = 0;
    const cv::Size size = cv::getTextSize(text, cv::FONT_HERSHEY_COMPLEX, 1, 2, &baseline);
    io::PageImage page = blank_page({size.width + 8, size.height + baseline + 8});
    write(page, text, {4, size.height + 4});
    const auto lines = find_lines(page);
    ASSERT_THAT(lines, SizeIs(1)) << text;
    EXPECT_LE(lines[0].bbox.x0, 8) << text;
    EXPECT_GE(lines[0].bbox.x1, size.width) << text;
    EXPECT_NEAR(lines[0].baseline_start.y, size.height + 4, 3) << text;
  }
}

TEST(FastLayout, FindsTheLinesOfASnippet) {
  io::PageImage page = blank_page({420, 84});
  write(page, "two lines of print", {6, 32});
  write(page, "in a small image", {6, 70});
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_NEAR(lines[0].baseline_start.y, 32, 3);
  EXPECT_NEAR(lines[1].baseline_start.y, 70, 3);
}

TEST(FastLayout, FindsAFewWordsOnALargePage) {
  io::PageImage page = blank_page({1200, 1600});
  write(page, "Annex 4", {500, 700});
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_NEAR(lines[0].baseline_start.y, 700, 3);
}

TEST(FastLayout, ReadsAReceiptRowByRow) {
  io::PageImage page = blank_page({900, 800});
  const char* const items[] = {"Coffee large", "Bread", "Apple juice", "Butter", "Eggs dozen", "Tea"};
  for (int row = 0; row < 6; ++row) {
    write(page, items[row], {60, 120 + 60 * row});
    write(page, std::to_string(row + 2) + ".50", {740, 120 + 60 * row});
  }
  const auto lines = find_lines(page);
  int row = 0, right = 0;
  for (const io::Line& line : lines) {
    EXPECT_NEAR(line.baseline_start.y, 120 + 60 * row, 4);
    right = std::max(right, line.bbox.x1);
    if (line.bbox.x1 > 800) ++row;
  }
  EXPECT_EQ(row, 6);
}

// Dashed rules are more components than the letters between them.
TEST(FastLayout, MeasuresLettersAndNotDashes) {
  io::PageImage page = blank_page({900, 800});
  for (int row = 0; row < 6; ++row) {
    write(page, row % 2 == 0 ? "Total Amount" : "Cash", {60, 120 + 110 * row}, 1.2);
    for (int x = 60; x < 840; x += 18)
      cv::rectangle(page.gray, cv::Rect(x, 165 + 110 * row, 12, 4), cv::Scalar(0), cv::FILLED);
  }
  int words = 0;
  for (const io::Line& line : find_lines(page)) words += line.bbox.y1 - line.bbox.y0 > 15;
  EXPECT_EQ(words, 6);
}

// Printed by needles: the paper shows between rows and columns of dots, a little or clearly.
TEST(FastLayout, PutsPrintTogetherThatConsistsOfDots) {
  for (const auto& [gap_px, lighter] : {std::pair(4, 90), std::pair(3, 120)}) {
    io::PageImage page = blank_page({900, 800});
    for (int row = 0; row < 8; ++row) write(page, "JALAN KAPAR, MUKIM 42100", {60, 120 + 60 * row}, 1.2, 100);
    for (int i = 0; i + gap_px < 800; i += 7) {
      page.gray.rowRange(i, i + gap_px) += cv::Scalar(lighter);
      page.gray.colRange(i, i + gap_px - 1) += cv::Scalar(lighter);
    }
    cv::GaussianBlur(page.gray, page.gray, {0, 0}, 0.8);
    const auto lines = find_lines(page);
    EXPECT_THAT(lines, SizeIs(8)) << lighter;
    for (const io::Line& line : lines) EXPECT_GT(line.bbox.x1 - line.bbox.x0, 400) << lighter;
  }
}

TEST(FastLayout, SeesFaintPrintBesideDarkPrint) {
  io::PageImage page = blank_page({900, 800});
  for (int row = 0; row < 8; ++row)
    write(page, "Quickly faded thermal paper", {60, 120 + 60 * row}, 1, row < 5 ? 0 : 190);
  EXPECT_THAT(find_lines(page), SizeIs(8));
}

TEST(FastLayout, SeesFaintPrintOnAPageThatLiesOnBlack) {
  io::PageImage page = blank_page({900, 800});
  for (int row = 0; row < 8; ++row) write(page, "Quickly faded thermal paper", {120, 160 + 60 * row}, 1, 190);
  page.gray.colRange(0, 80).setTo(0);
  page.gray.colRange(820, 900).setTo(0);
  page.gray.rowRange(0, 60).setTo(0);
  EXPECT_THAT(find_lines(page), SizeIs(8));
}

TEST(FastLayout, FindsLightPrintOnADarkBarAndPrintInAFrame) {
  io::PageImage page = blank_page({900, 800});
  cv::rectangle(page.gray, {40, 80}, {860, 130}, cv::Scalar(0), cv::FILLED);
  write(page, "Invoice for services", {80, 115}, 1, 255);
  cv::rectangle(page.gray, {40, 160}, {860, 600}, cv::Scalar(0), 3);
  for (int row = 0; row < 6; ++row) {
    write(page, "entry in a frame", {60, 210 + 70 * row});
    cv::line(page.gray, {40, 230 + 70 * row}, {860, 230 + 70 * row}, cv::Scalar(0), 2);
  }
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(7));
  EXPECT_NEAR(lines[0].baseline_start.y, 115, 4);
  for (int row = 0; row < 6; ++row) EXPECT_NEAR(lines[row + 1].baseline_start.y, 210 + 70 * row, 4);
}

TEST(FastLayout, LeavesOutPicturesAndTheShadowAtTheEdge) {
  io::PageImage page = blank_page({1000, 900});
  page.gray.colRange(0, 40).setTo(0);
  cv::Mat picture = page.gray({400, 420, 400, 400});
  cv::theRNG().state = 7;
  cv::randu(picture, 0, 255);
  cv::GaussianBlur(picture, picture, {0, 0}, 5);
  cv::normalize(picture, picture, 0, 255, cv::NORM_MINMAX);
  for (int row = 0; row < 6; ++row) write(page, "text above a picture of noise", {120, 100 + 50 * row});
  const auto lines = find_lines(page);
  int text = 0;
  for (const io::Line& line : lines) text += line.bbox.y1 < 390;
  EXPECT_EQ(text, 6);
  EXPECT_LE(lines.size(), 8U);
  for (const io::Line& line : lines) EXPECT_GT(line.bbox.x0, 40);
}

}  // namespace
}  // namespace ocrbatch::pipeline
