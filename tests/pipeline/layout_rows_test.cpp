// From letters to rows of print.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/layout/chains.h"
#include "pipeline/layout/columns.h"
#include "pipeline/layout/dashed_rules.h"
#include "pipeline/layout/fit_row.h"
#include "pipeline/layout/lone_colons.h"
#include "pipeline/layout/page_bend.h"
#include "pipeline/layout/rows.h"
#include "pipeline/layout/strays.h"
#include "tests/pipeline/layout_pieces.h"

namespace ocrbatch::pipeline {
namespace {

using ::testing::SizeIs;

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
  absorb_pieces(rows, 20);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows.back().x1, 156);
}

TEST(AbsorbPieces, LeavesDirtBesideAHeading) {
  const Letter comma{395, 401, 53, 63}, dirt{460, 466, 50, 60};
  std::vector<Row> rows = {
      fit_row({{10, 60, 10, 60}, {80, 130, 10, 60}, {150, 200, 10, 60}, {340, 390, 10, 60}}),
      fit_row({comma}), fit_row({dirt})};
  absorb_pieces(rows, 10);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows.back().x1, comma.x1);
}

TEST(AbsorbPieces, LeavesWordsBetweenTheBarsOfAChart) {
  std::vector<Letter> bars;
  for (int i = 0; i < 12; ++i) bars.push_back({30.0F * i, 30.0F * i + 20, 100, 300});
  std::vector<Row> rows = {fit_row(bars), fit_row(word(40, 290, 5)), fit_row({{5, 11, 190, 200}})};
  absorb_pieces(rows, 10);
  EXPECT_THAT(rows, SizeIs(3));
}

TEST(LiesWithin, MarksAndRowsFoundTwiceButNoLowerNumber) {
  const Row row = fit_row(word(10, 30, 30));
  EXPECT_TRUE(lies_within(fit_row(word(130, 30, 4)), row));
  EXPECT_TRUE(lies_within(fit_row({{100, 103, 19, 24}, {105, 108, 19, 24}}), row));
  EXPECT_TRUE(lies_within(row, row));
  EXPECT_FALSE(lies_within(fit_row(word(130, 36, 4)), row));
  EXPECT_FALSE(lies_within(fit_row(word(360, 30, 4)), row));
  EXPECT_FALSE(lies_within(row, fit_row(word(130, 30, 4))));
  EXPECT_FALSE(lies_within(row, fit_row(word(0, 30, 40, 60))));  // a chart's bars
}

TEST(Tilt, LevelPointsGoBackToThePage) {
  const Tilt tilt{0.02F};
  const cv::Point2f page(700, 300), level = tilt.to_level(page), back = tilt.to_page(level);
  EXPECT_FLOAT_EQ(level.x, 706);
  EXPECT_FLOAT_EQ(level.y, 286);
  EXPECT_NEAR(back.x, page.x, 1e-2);
  EXPECT_NEAR(back.y, page.y, 1e-2);
}

// Feet that go up and down by chance are no bend, nor is a tilt.
TEST(PageBend, IsNotSeenOnAFlatPage) {
  cv::RNG random(3);
  std::vector<Letter> letters;
  for (int row = 0; row < 30; ++row)
    for (Letter letter : word(20, 40 + 20.0F * static_cast<float>(row), 64)) {
      const float fall = 0.01F * letter.middle();
      if (random.uniform(0, 5) == 0) letter.bottom += 3;
      letter.top += fall, letter.bottom += fall;
      letters.push_back(letter);
    }
  const auto chains = chain_letters(letters, 1.6F);
  EXPECT_TRUE(PageBend(chains, Tilt{tilt_of(chains)}, {800, 700}, 10).is_flat());
  EXPECT_TRUE(PageBend(chain_letters(word(20, 40, 5), 1.6F), {}, {800, 700}, 10).is_flat())
      << "too few letters";
}

TEST(PageBend, TakesRowsToTheFlatPageAndBack) {
  std::vector<Letter> letters;
  const auto below = [](float x) { return 20 * std::sin(x / 255); };
  for (int row = 0; row < 30; ++row)
    for (Letter letter : word(20, 40 + 20.0F * static_cast<float>(row), 64)) {
      letter.top += below(letter.middle()), letter.bottom += below(letter.middle());
      letters.push_back(letter);
    }
  const PageBend bend(chain_letters(letters, 1.6F), {}, {800, 700}, 10);
  ASSERT_FALSE(bend.is_flat());
  for (const float x : {100.0F, 250.0F, 400.0F, 600.0F}) {
    const cv::Point2f page(x, 300 + below(x)), flat = bend.to_flat(page);
    EXPECT_NEAR(flat.y - bend.to_flat({400, 300 + below(400)}).y, 0, 1.5) << x;
    EXPECT_NEAR(bend.to_page(flat).y, page.y, 0.05) << x;
  }
}

// A row of that many letters, every seventh a descender, whose feet lie lower by below(t), t from -1 to 1.
Row bending_row(int letters, const std::function<float(float)>& below) {
  std::vector<Letter> row = word(20, 40, letters);
  const float middle = 0.5F * (row.front().x0 + row.back().x1), half = row.back().x1 - middle;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const float down = below((row[i].middle() - middle) / half);
    row[i].top += down, row[i].bottom += down;
    if (i % 7 == 3) row[i].bottom += 4;
  }
  return fit_row(row);
}

TEST(FitRow, FollowsARowThatBends) {
  const std::function<float(float)> sagging = [](float t) { return 5 * (1 - t * t); },
                                    waving = [](float t) { return 4 * std::sin(3 * t); };
  for (const auto& [letters, below] : {std::pair(20, sagging), {60, sagging}, {60, waving}}) {
    const Row row = bending_row(letters, below);
    EXPECT_FALSE(row.curve.is_straight());
    const float middle = 0.5F * (row.x0 + row.x1), half = row.x1 - middle;
    for (const float t : {-0.95F, -0.5F, 0.0F, 0.5F, 0.95F})
      EXPECT_NEAR(row.baseline_at(middle + t * half), 40 + below(t), 0.8) << letters << " letters, at " << t;
  }
  const auto flat = [](float) { return 0.0F; };
  EXPECT_TRUE(bending_row(60, flat).curve.is_straight());
  EXPECT_TRUE(bending_row(8, sagging).curve.is_straight()) << "too few letters";
}

// Feet that jump by chance are no curve.
TEST(FitRow, IsStraightForARowOfDirt) {
  cv::RNG random(7);
  std::vector<Letter> letters = word(20, 40, 30);
  for (Letter& letter : letters) letter.bottom += random.uniform(-2.0F, 2.0F);
  EXPECT_TRUE(fit_row(letters).curve.is_straight());
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

// Towards a page's edge rows fall, also from one word to the next.
TEST(CutAtSteps, KeepsARowThatCurls) {
  std::vector<Letter> row = word(10, 30, 12) + word(166, 30, 12) + word(322, 30, 12);
  for (Letter& letter : row) {
    const float fall = 0.035F * letter.middle();
    letter.top += fall, letter.bottom += fall;
  }
  EXPECT_THAT(cut_at_steps({row}), SizeIs(1));
}

TEST(AttachMarks, BetweenColumnsAMarkBelongsToTheNearerOne) {
  std::vector<Row> rows = {fit_row(word(10, 30, 10)), fit_row(word(146, 30, 10))};  // 126 to 146 is white
  attach_marks(rows, {{128, 130, 28, 30}, {139, 144, 20, 23}});
  EXPECT_EQ(rows[0].x1, 130);
  EXPECT_EQ(rows[1].x0, 139);
}

TEST(JoinRows, NotAcrossWhatPartsThem) {
  const std::vector<Row> rows = {fit_row(word(10, 30, 10)), fit_row(word(146, 30, 10))};
  const std::vector<Gutter> gutters = {{128, 144, 0, 100, true}};
  const auto parted = [&](const Row& left, const Row& right) { return parts_rows(gutters, left, right); };
  EXPECT_THAT(join_rows(rows, 1e6F), SizeIs(1));
  EXPECT_THAT(join_rows(rows, 1e6F, parted), SizeIs(2));
}

TEST(TakeOutStrays, KeepsBrokenPrint) {
  // Letters of one size of which every other one has lost its foot.
  std::vector<Letter> letters = word(10, 30, 14);
  for (size_t i = 0; i < letters.size(); i += 2)
    letters[i].bottom = letters[i].bottom - 2.6F, letters[i].top -= 1;
  std::vector<Row> rows = {fit_row(letters)};
  take_out_strays(rows, {}, {{600, 400}, 10, 0, {}});
  EXPECT_THAT(rows, SizeIs(1));
}

TEST(TakeOutStrays, KeepsACleanRowWithRaisedNumbersAndTails) {
  std::vector<Letter> letters = word(10, 30, 26);
  for (const size_t i : {2, 7, 12, 17, 22}) letters[i].bottom += 3;  // tails
  for (const size_t i : {4, 9, 14, 19, 24, 25})
    letters[i].top -= 3, letters[i].bottom -= i < 10 ? 3.0F : 7.0F;  // numbers of notes
  std::vector<Row> rows = {fit_row(letters)};
  take_out_strays(rows, {}, {{600, 400}, 10, 0, {}});
  EXPECT_THAT(rows, SizeIs(1));
  rows = {fit_row(letters)};
  std::vector<Letter> specks;
  for (int i = 0; i < 8; ++i)
    specks.push_back({20.0F + 30.0F * static_cast<float>(i), 22.0F + 30.0F * static_cast<float>(i), 24, 26});
  take_out_strays(rows, specks, {{600, 400}, 10, 0, {}});
  EXPECT_THAT(rows, SizeIs(0));  // the same in a dirty zone
}

TEST(TakeOutStrays, KnowsDirtBarcodesAndLoneLetters) {
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
  const std::vector<Row> doubtful = take_out_strays(rows, {}, page);
  ASSERT_THAT(doubtful, SizeIs(2));
  EXPECT_EQ(doubtful[0].letters.size(), scattered.size()) << "of a word's height";
  EXPECT_EQ(doubtful[1].x0, 400) << "there may be a mark beside it";
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].x0, 10);
  EXPECT_EQ(rows[1].x0, 300);  // in the row of print; the one at 400 has no company
}

TEST(TakeOutStrays, AWordWhoseLettersRunTogetherIsInDoubt) {
  const PageFacts page{{600, 400}, 10, 0, {{0, 300, 600, 100}}};
  const Row print = fit_row(word(10, 30, 12));
  const Letter alone{100, 140, 70, 81}, in_picture{100, 140, 340, 351}, rule{300, 430, 200, 206},
      at_edge{560, 600, 70, 81};
  std::vector<Row> rows = {print, fit_row({alone}), fit_row({in_picture}), fit_row({rule}),
                           fit_row({at_edge})};
  const std::vector<Row> doubtful = take_out_strays(rows, {}, page);
  EXPECT_THAT(rows, SizeIs(1));
  ASSERT_THAT(doubtful, SizeIs(1));
  EXPECT_EQ(doubtful[0].x0, 100);
  EXPECT_EQ(doubtful[0].baseline, 81);

  std::vector<Letter> cloud;
  for (int i = 0; i < 300; ++i) {
    const float x = 100 + 40 * static_cast<float>(i % 20) / 20, y = 71 + static_cast<float>(i % 9);
    cloud.push_back({x, x + 1, y, y + 1});
  }
  std::ranges::sort(cloud, {}, &Letter::top);
  rows = {print, fit_row({alone})};
  EXPECT_THAT(take_out_strays(rows, cloud, page), SizeIs(0)) << "dirt";
}

TEST(FindLoneColons, AreTwoDotsByThemselves) {
  const auto colon = [](float x, float baseline) {
    return std::vector<Letter>{{x, x + 3, baseline - 10, baseline - 7}, {x, x + 3, baseline - 3, baseline}};
  };
  const std::vector<Letter> letters = word(10, 50, 8, 16);  // to x = 102
  EXPECT_THAT(find_lone_colons(colon(150, 50), letters, 16), SizeIs(1));
  const Letter found = find_lone_colons(colon(150, 50), letters, 16).at(0);
  EXPECT_EQ(found.top, 40);
  EXPECT_EQ(found.bottom, 50);
  EXPECT_EQ(found.width(), 3);
  EXPECT_THAT(find_lone_colons(colon(105, 50), letters, 16), SizeIs(0)) << "a word's";
  EXPECT_THAT(find_lone_colons(colon(150, 50) + colon(156, 50), letters, 16), SizeIs(0))
      << "dots of something";
  EXPECT_THAT(find_lone_colons(colon(150, 50) + colon(150, 66), letters, 16), SizeIs(0)) << "a dotted rule";
  EXPECT_THAT(find_lone_colons({{150, 153, 47, 50}, {150, 156, 40, 43}}, letters, 16), SizeIs(0)) << "a dash";
  EXPECT_THAT(find_lone_colons({{150, 153, 47, 50}}, letters, 16), SizeIs(0));
  EXPECT_THAT(find_lone_colons({}, {}, 16), SizeIs(0));
}

TEST(AttachMarks, AColonStandsFurtherOffThanAFullStop) {
  const Letter stop{122, 125, 27, 30}, upper{122, 125, 21, 24};
  std::vector<Row> rows = {fit_row(word(10, 30, 9))};  // to x = 114
  attach_marks(rows, {stop});
  EXPECT_EQ(rows[0].x1, 114);
  attach_marks(rows, {stop, upper});
  EXPECT_EQ(rows[0].x1, 125);
}

TEST(AttachMarks, DashesOnEitherSideOfAPagesNumberMayBeFar) {
  const Letter left{50, 72, 24, 26}, right{170, 192, 24, 26}, further{200, 222, 24, 26};
  const auto number = [] { return std::vector<Row>{fit_row(word(100, 30, 4))}; };  // to x = 144
  std::vector<Row> rows = number();
  attach_marks(rows, {left, right});
  EXPECT_EQ(rows[0].x0, 50);
  EXPECT_EQ(rows[0].x1, 192);
  for (const std::vector<Letter>& marks :
       {std::vector{left}, std::vector{right}, std::vector{left, further}}) {
    rows = number();
    attach_marks(rows, marks);
    EXPECT_EQ(rows[0].x0, 100);
    EXPECT_EQ(rows[0].x1, 144);
  }
  rows = {fit_row(word(100, 30, 4)), fit_row(word(20, 30, 2))};  // print beyond the left one
  attach_marks(rows, {left, right});
  EXPECT_EQ(rows[0].x0, 50);
  rows = {fit_row(word(100, 30, 4)), fit_row(word(56, 30, 1))};
  attach_marks(rows, {left, right});
  EXPECT_EQ(rows[0].x1, 144) << "the dash is the other row's";
}

TEST(DropDashedRules, TakesManyDashesInARowAndNothingElse) {
  const auto dashes = [](float x, float y, int count, float width, float gap) {
    std::vector<Letter> marks;
    for (int i = 0; i < count; ++i) {
      const float start = x + static_cast<float>(i) * (width + gap);
      marks.push_back({start, start + width, y, y + 2});
    }
    return marks;
  };
  std::vector<Letter> marks = dashes(10, 50, 12, 7, 5);
  drop_dashed_rules(marks, 16);
  EXPECT_THAT(marks, SizeIs(0));
  const std::vector<Letter> kept[] = {dashes(10, 50, 6, 7, 5),    // what one may type
                                      dashes(10, 50, 30, 2, 5),   // dots
                                      dashes(10, 50, 12, 7, 40),  // dashes of many words
                                      {}};
  for (const std::vector<Letter>& some : kept) {
    marks = some;
    drop_dashed_rules(marks, 16);
    EXPECT_EQ(marks.size(), some.size());
  }
  // A rule that falls a little, and a hyphen beside it.
  marks = dashes(10, 50, 20, 7, 5);
  for (Letter& dash : marks) dash.top += 0.02F * dash.x0, dash.bottom += 0.02F * dash.x0;
  marks.push_back({60, 66, 80, 82});
  drop_dashed_rules(marks, 16);
  ASSERT_THAT(marks, SizeIs(1));
  EXPECT_EQ(marks[0].top, 80);
}

TEST(TakeOutStrays, ALoneDigitOfATableMayTouchTheRowAboveButAPieceOfARowMayNot) {
  const PageFacts page{{600, 400}, 10, 0, {}};
  const Row name = fit_row(word(10, 30, 6)), above = fit_row(word(180, 18, 8));
  const Letter quantity{200, 208, 20, 30}, piece{240, 248, 50, 60};
  std::vector<Row> rows = {name, above, fit_row({quantity}), fit_row(word(200, 72, 9)), fit_row({piece})};
  take_out_strays(rows, {}, page);
  ASSERT_THAT(rows, SizeIs(4));
  EXPECT_EQ(rows[2].x0, 200);
  EXPECT_EQ(rows[2].baseline, 30);
  EXPECT_GT(rows[3].letters.size(), 1U);
}

}  // namespace
}  // namespace ocrbatch::pipeline
