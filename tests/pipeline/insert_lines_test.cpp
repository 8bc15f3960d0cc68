#include "pipeline/layout/insert_lines.h"

#include <gmock/gmock.h>

namespace ocrbatch::pipeline {
namespace {

using ::testing::ElementsAre;

FoundLine line_at(cv::Rect box, int block) {
  FoundLine line;
  line.box = box;
  line.block = block;
  line.geometry.baseline_start = cv::Point2f(static_cast<float>(box.x), static_cast<float>(box.br().y));
  line.geometry.baseline_end = cv::Point2f(box.br());
  return line;
}

std::vector<int> tops(const std::vector<FoundLine>& lines) {
  std::vector<int> all;
  for (const FoundLine& line : lines) all.push_back(line.box.y);
  return all;
}

// Three rows of one block.
std::vector<FoundLine> block_of_three() {
  return {line_at({100, 100, 200, 16}, 0), line_at({100, 130, 200, 16}, 0), line_at({100, 160, 200, 16}, 0)};
}

TEST(InsertLines, BesideALineIsInItsRow) {
  std::vector<FoundLine> lines = block_of_three();
  insert_lines({line_at({20, 131, 60, 16}, 0), line_at({320, 132, 60, 16}, 0)}, 16, lines);
  EXPECT_THAT(tops(lines), ElementsAre(100, 131, 130, 132, 160));
  for (const FoundLine& line : lines) EXPECT_EQ(line.block, 0);
}

TEST(InsertLines, BetweenTwoOnOneRowFollowsTheLeftOne) {
  std::vector<FoundLine> lines = {line_at({100, 100, 100, 16}, 0), line_at({300, 101, 100, 16}, 1)};
  insert_lines({line_at({220, 102, 60, 16}, 0)}, 16, lines);
  EXPECT_THAT(tops(lines), ElementsAre(100, 102, 101));
  EXPECT_EQ(lines[1].block, 0);
  // However near the right one is, and whichever comes first.
  lines = {line_at({240, 101, 100, 16}, 0), line_at({100, 100, 100, 16}, 1)};
  insert_lines({line_at({220, 102, 19, 16}, 0)}, 16, lines);
  EXPECT_THAT(tops(lines), ElementsAre(101, 100, 102));
}

TEST(InsertLines, FarFromAllIsABlockAmongThem) {
  std::vector<FoundLine> lines = block_of_three();
  lines.push_back(line_at({100, 300, 200, 16}, 1));
  insert_lines({line_at({120, 230, 100, 16}, 0), line_at({120, 255, 100, 16}, 0)}, 16, lines);
  EXPECT_THAT(tops(lines), ElementsAre(100, 130, 160, 230, 255, 300));
  EXPECT_EQ(lines[3].block, lines[4].block);
  EXPECT_NE(lines[3].block, lines[2].block);
  EXPECT_NE(lines[4].block, lines[5].block);
}

TEST(InsertLines, OnAPageWithoutLinesAreItsLines) {
  std::vector<FoundLine> lines;
  insert_lines({line_at({100, 100, 50, 16}, 0), line_at({100, 130, 50, 16}, 0)}, 16, lines);
  EXPECT_THAT(tops(lines), ElementsAre(100, 130));
}

}  // namespace
}  // namespace ocrbatch::pipeline
