#include "pipeline/layout/upright_text.h"

#include <gmock/gmock.h>

#include "tests/pipeline/layout_pieces.h"

namespace ocrbatch::pipeline {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr float kLetterPx = 16;

// Letters that stand on their sides, from `top` downwards: `wide` and `high` as they lie on the page.
std::vector<Letter> column(float x, float top, int count, float wide, float high, float gap) {
  std::vector<Letter> letters;
  for (int i = 0; i < count; ++i) {
    const float y = top + static_cast<float>(i) * (high + gap);
    letters.push_back({x, x + wide, y, y + high});
  }
  return letters;
}

// A page of rows, so that what stands upright is little of it.
std::vector<Letter> rows_of_print() {
  std::vector<Letter> letters;
  for (int row = 0; row < 10; ++row) letters = letters + word(40, 100 + 30 * static_cast<float>(row), 20, 16);
  return letters;
}

TEST(UprightText, IsTakenOutAndFoundBothWays) {
  std::vector<Letter> letters = rows_of_print() + column(600, 120, 8, 16, 11, 3), large;
  const std::vector<FoundLine> found = take_out_upright_lines(letters, large, kLetterPx, Tilt{});
  EXPECT_EQ(letters.size(), rows_of_print().size());
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].doubt, Doubt::kDoubtful);
  EXPECT_EQ(found[1].doubt, Doubt::kOtherWay);
  for (const FoundLine& line : found) {
    EXPECT_EQ(line.box, cv::Rect(600, 120, 16, 8 * 11 + 7 * 3));
    EXPECT_NEAR(line.geometry.ascent_px, 16, 2);
  }
  // Downwards the letters stand on their left, upwards on their right.
  EXPECT_EQ(found[0].geometry.baseline_start, cv::Point2f(600, 120));
  EXPECT_EQ(found[0].geometry.baseline_end, cv::Point2f(600, 229));
  EXPECT_EQ(found[1].geometry.baseline_start, cv::Point2f(616, 229));
  EXPECT_EQ(found[1].geometry.baseline_end, cv::Point2f(616, 120));
}

TEST(UprightText, MayHaveRunTogether) {
  std::vector<Letter> letters = rows_of_print() + column(600, 120, 2, 16, 11, 1),
                      large = {{600, 616, 144, 230}};
  EXPECT_THAT(take_out_upright_lines(letters, large, kLetterPx, Tilt{}), SizeIs(2));
  EXPECT_THAT(large, IsEmpty());
  EXPECT_EQ(letters.size(), rows_of_print().size());
}

TEST(UprightText, GoesOnBesideOtherPrint) {
  std::vector<Letter> letters = rows_of_print() + column(600, 120, 8, 16, 11, 3) + word(564, 228, 3, 11),
                      large;
  const std::vector<FoundLine> found = take_out_upright_lines(letters, large, kLetterPx, Tilt{});
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].box.br().y, 229);
}

TEST(UprightText, IsNoColumnOfDigits) {
  for (const float pitch : {20.0F, 30.0F}) {  // read across; of tight and of usual leading
    std::vector<Letter> letters = rows_of_print() + column(600, 120, 12, 10, 16, pitch - 16), large;
    EXPECT_THAT(take_out_upright_lines(letters, large, kLetterPx, Tilt{}), IsEmpty()) << pitch;
  }
}

// Typed numbers, each one piece, stand as close above one another as letters; what is beside them tells.
TEST(UprightText, IsNoColumnOfATable) {
  std::vector<Letter> table, large;
  for (int row = 0; row < 8; ++row) {
    const float baseline = 116 + 22 * static_cast<float>(row);
    table = table + word(40, baseline, 8, 16) + word(560, baseline, 3, 16);
  }
  const std::size_t beside = table.size();
  table = table + column(400, 100, 8, 34, 16, 6);
  EXPECT_THAT(take_out_upright_lines(table, large, kLetterPx, Tilt{}), IsEmpty());
  EXPECT_EQ(table.size(), beside + 8);
}

// As repositories print their numbers down the first page.
TEST(UprightText, MayBeLarge) {
  std::vector<Letter> letters = rows_of_print(), large = column(600, 60, 12, 44, 30, 6);
  EXPECT_THAT(take_out_upright_lines(letters, large, kLetterPx, Tilt{}), SizeIs(2));
  EXPECT_THAT(large, IsEmpty());
}

TEST(UprightText, OfAWholePageIsLeftForTurningIt) {
  std::vector<Letter> letters = column(100, 100, 20, 16, 11, 3) + column(140, 100, 20, 16, 11, 3), large;
  EXPECT_THAT(take_out_upright_lines(letters, large, kLetterPx, Tilt{}), IsEmpty());
  EXPECT_THAT(letters, SizeIs(40));
  letters.clear();
  EXPECT_THAT(take_out_upright_lines(letters, large, kLetterPx, Tilt{}), IsEmpty());
}

TEST(UprightText, LiesWhereThePageIsTilted) {
  const Tilt tilt{0.1F};
  std::vector<Letter> letters = rows_of_print() + column(600, 120, 8, 16, 11, 3), large;
  const std::vector<FoundLine> found = take_out_upright_lines(letters, large, kLetterPx, tilt);
  ASSERT_THAT(found, SizeIs(2));
  const cv::Point2f start = tilt.to_page({600, 120});
  EXPECT_NEAR(found[0].geometry.baseline_start.x, start.x, 1e-3);
  EXPECT_NEAR(found[0].geometry.baseline_start.y, start.y, 1e-3);
}

}  // namespace
}  // namespace ocrbatch::pipeline
