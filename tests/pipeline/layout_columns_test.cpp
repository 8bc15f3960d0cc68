// Columns and reading order.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/layout/columns.h"
#include "pipeline/layout/fit_row.h"
#include "pipeline/layout/leaders.h"
#include "pipeline/layout/order.h"
#include "tests/pipeline/layout_pieces.h"

namespace ocrbatch::pipeline {
namespace {

using ::testing::SizeIs;

// Two columns of `rows` rows; in each the left part ends and the right one starts where the functions say.
std::vector<Row> page_of(int rows, int left_letters, float right_start, int right_letters) {
  std::vector<Row> page;
  for (int i = 0; i < rows; ++i) {
    const float baseline = 30.0F + 24.0F * static_cast<float>(i);
    page.push_back(fit_row(word(10, baseline, left_letters) + word(right_start, baseline, right_letters)));
  }
  return page;
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

// Notes below two columns, with a few full lines on either side: a table by themselves.
TEST(FindGutters, TakesLessForAColumnThatContinuesOne) {
  const auto notes = [](float top) {
    std::vector<Row> rows;
    for (int i = 0; i < 8; ++i) {
      const float baseline = top + 24.0F * static_cast<float>(i);
      rows.push_back(
          fit_row(word(10, baseline, i % 2 == 0 ? 30 : 8) + word(400, baseline, i % 3 == 0 ? 30 : 8)));
    }
    return rows;
  };
  const auto alone = find_gutters(notes(40));
  ASSERT_THAT(alone, SizeIs(1));
  EXPECT_FALSE(alone[0].is_between_columns);
  const auto are_columns = [&](float blank) {
    std::vector<Row> rows = page_of(8, 30, 400, 30);
    for (const Row& row : notes(rows.back().baseline + blank)) rows.push_back(row);
    const auto gutters = find_gutters(rows);
    EXPECT_THAT(gutters, SizeIs(2));
    return gutters.size() == 2 && gutters[0].is_between_columns && gutters[1].is_between_columns;
  };
  EXPECT_TRUE(are_columns(90));
  EXPECT_FALSE(are_columns(300)) << "too far below";
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

// A table with labels and numbers, and right of it text whose lines are further apart.
TEST(FindGutters, PartsATableFromTextThatIsNotLevelWithIt) {
  constexpr float kTablesStep = 24, kTextsStep = 31, kLevel = 3;
  std::vector<std::vector<Letter>> rows;
  for (int i = 0; i < 20; ++i) {
    const float baseline = 30 + kTablesStep * static_cast<float>(i);
    rows.push_back(word(10, baseline, 8) + word(320, baseline, 4));
  }
  for (int i = 0; i < 15; ++i) {
    const float baseline = 30 + kTextsStep * static_cast<float>(i);
    const std::vector<Letter> line = word(400, baseline, 25);
    const auto level = std::ranges::find_if(
        rows, [&](const std::vector<Letter>& row) { return std::abs(row[0].bottom - baseline) <= kLevel; });
    if (level != rows.end())
      *level = *level + line;
    else
      rows.push_back(line);
  }
  std::vector<Row> page;
  for (const std::vector<Letter>& letters : rows) page.push_back(fit_row(letters));
  const auto gutters = find_gutters(page);
  const auto at = [&](float x) {
    return std::ranges::find_if(gutters, [x](const Gutter& gutter) { return gutter.x1 == x; });
  };
  ASSERT_NE(at(400), gutters.end());
  EXPECT_TRUE(at(400)->is_between_columns);
  ASSERT_NE(at(320), gutters.end());
  EXPECT_FALSE(at(320)->is_between_columns);
}

TEST(FindGutters, WhatIsTypedBesideLabelsIsNoColumn) {
  std::vector<Row> page;
  for (int i = 0; i < 12; ++i) {
    const float baseline = 30.0F + 24.0F * static_cast<float>(i);
    if (i % 3 == 0) {
      page.push_back(fit_row(word(10, baseline, 8) + word(300, baseline, 5)));
    } else {
      page.push_back(fit_row(word(10, baseline, 8)));
      page.push_back(fit_row(word(300, baseline - 5, 5)));
    }
  }
  const auto gutters = find_gutters(page);
  ASSERT_THAT(gutters, SizeIs(1));
  EXPECT_FALSE(gutters[0].is_between_columns);
}

// A table of contents in two columns: the white within a column is wider than the one between them.
TEST(WithLeaders, EntriesAndTheirPagesBelongTogether) {
  std::vector<Row> rows;
  std::vector<Letter> dots;
  for (int i = 0; i < 14; ++i) {
    const float baseline = 30.0F + 24.0F * static_cast<float>(i);
    const int entry = 6 + 5 * i % 7;
    std::vector<Letter> letters;
    for (const float column : {10.0F, 400.0F}) {
      letters = letters + word(column, baseline, entry) + word(column + 340, baseline, 2);
      for (float x = column + 12.0F * static_cast<float>(entry); x < column + 336; x += 5)
        dots.push_back({x, x + 2, baseline - 2, baseline});
    }
    rows.push_back(fit_row(letters));
  }
  EXPECT_EQ(with_leaders(rows, {}).front().letters.size(), rows.front().letters.size());
  const std::vector<Row> bridged = with_leaders(rows, dots);
  EXPECT_EQ(bridged.front().letters.size(), rows.front().letters.size() + 2);
  const std::vector<RowPart> parts = split_rows(bridged, find_gutters(bridged));
  ASSERT_THAT(parts, SizeIs(28));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    EXPECT_EQ(parts[i].line.x0, i % 2 == 0 ? 10 : 400);
    EXPECT_EQ(parts[i].line.letters.size(), rows[i / 2].letters.size() / 2);
    EXPECT_NEAR(parts[i].line.x_height, rows[i / 2].x_height, 0.01);
  }
  // An ellipsis leads nowhere.
  const std::vector<Letter> ellipsis(dots.begin(), dots.begin() + 4);
  EXPECT_EQ(with_leaders(rows, ellipsis).front().letters.size(), rows.front().letters.size());
}

TEST(ReadingOrder, ReadsColumnsDownAndTablesAcross) {
  const auto starts = [](const std::vector<Row>& rows) {
    const std::vector<RowPart> parts = split_rows(rows, find_gutters(rows));
    std::vector<std::pair<float, float>> order;
    for (const OrderedPart& ordered : reading_order(parts, {}))
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
  const auto order = reading_order(parts, {});
  ASSERT_THAT(order, SizeIs(16));
  for (size_t i = 0; i < 16; ++i) EXPECT_EQ(order[i].part % 2, i < 8 ? 0 : 1) << i;
}

TEST(ReadingOrder, AHeadingOverBothColumnsComesFirst) {
  std::vector<Row> rows = page_of(8, 30, 400, 30);
  rows.push_back(fit_row(word(150, 5, 40)));
  const std::vector<RowPart> parts = split_rows(rows, find_gutters(rows));
  const auto order = reading_order(parts, {});
  ASSERT_THAT(order, SizeIs(17));
  EXPECT_EQ(parts[order[0].part].line.baseline, 5);
  EXPECT_EQ(parts[order[1].part].line.x0, 10);
  EXPECT_EQ(parts[order[16].part].line.x0, 400);
}

// Two columns of fourteen lines with a picture between them whose caption stands in the gutter and in both.
TEST(ReadingOrder, ACaptionInAGutterDoesNotPartTheColumns) {
  std::vector<RowPart> parts;
  const auto add = [&](float x, float baseline, int letters) {
    parts.push_back({fit_row(word(x, baseline, letters)), static_cast<int>(parts.size())});
  };
  for (int i = 0; i < 14; ++i) {
    const float baseline = 30.0F + 24.0F * static_cast<float>(i);
    const bool beside_picture = i >= 4 && i < 10;
    add(10, baseline, beside_picture ? 20 : 30);
    if (i >= 6 && i < 9) add(300, baseline + 7, 15);
    add(beside_picture ? 520 : 400, baseline, beside_picture ? 20 : 30);
  }
  const std::vector<Gutter> gutters = {{366, 400, 20, 105, true}, {366, 400, 260, 345, true}};
  const auto columns = [&](const std::vector<OrderedPart>& order) {
    std::string columns;
    for (const OrderedPart& ordered : order) {
      const float x0 = parts[ordered.part].line.x0;
      columns += x0 == 10 ? 'l' : x0 == 300 ? 'c' : 'r';
    }
    return columns;
  };
  EXPECT_EQ(columns(reading_order(parts, gutters)), std::string(14, 'l') + "ccc" + std::string(14, 'r'));
  EXPECT_NE(columns(reading_order(parts, {})), columns(reading_order(parts, gutters)));
}

TEST(ReadingOrder, AHeadingBetweenTwoArticlesPartsTheColumns) {
  std::vector<RowPart> parts;
  for (int i = 0; i < 9; ++i) {
    const float baseline = 30.0F + 24.0F * static_cast<float>(i);
    if (i == 4) {
      parts.push_back({fit_row(word(330, baseline, 10)), 8});
      continue;
    }
    parts.push_back({fit_row(word(10, baseline, 30)), 2 * i});
    parts.push_back({fit_row(word(400, baseline, 30)), 2 * i + 1});
  }
  const auto order = reading_order(parts, {{366, 400, 20, 105, true}, {366, 400, 140, 225, true}});
  ASSERT_THAT(order, SizeIs(17));
  std::string columns;
  for (const OrderedPart& ordered : order) {
    const float x0 = parts[ordered.part].line.x0;
    columns += x0 == 10 ? 'l' : x0 == 330 ? 'h' : 'r';
  }
  EXPECT_EQ(columns, "llllrrrrhllllrrrr");
}

// Nothing shares its columns with the page's number but the wide lines further down.
TEST(ReadingOrder, APagesNumberComesBeforeAShortFirstLine) {
  std::vector<RowPart> parts = {{fit_row(word(300, 10, 3)), 0}, {fit_row(word(10, 60, 20)), 1}};
  for (int i = 0; i < 6; ++i)
    parts.push_back({fit_row(word(10, 84.0F + 24.0F * static_cast<float>(i), 50)), i + 2});
  const auto order = reading_order(parts, {});
  ASSERT_THAT(order, SizeIs(8));
  for (int i = 0; i < 8; ++i) EXPECT_EQ(order[i].part, i);
}

// It stands left of everything, and what is above it on the right must not wait for it.
TEST(ReadingOrder, DirtInAMarginDoesNotMixTheColumns) {
  std::vector<RowPart> parts;
  for (int i = 0; i < 8; ++i) {
    const float baseline = 30.0F + 24.0F * static_cast<float>(i);
    parts.push_back({fit_row(word(40, baseline, 25)), 2 * i});
    parts.push_back({fit_row(word(400, baseline, 25)), 2 * i + 1});
  }
  parts.push_back({fit_row({{2, 4, 168, 174}}), 16});
  std::vector<int> columns;
  for (const OrderedPart& ordered : reading_order(parts, {}))
    if (ordered.part < 16) columns.push_back(ordered.part);
  ASSERT_THAT(columns, SizeIs(16));
  for (int i = 0; i < 16; ++i) EXPECT_EQ(columns[i], i < 8 ? 2 * i : 2 * (i - 8) + 1);
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
  const auto order = reading_order(parts, {});
  ASSERT_THAT(order, SizeIs(4000));
  std::vector<char> seen(4000, 0);
  for (const OrderedPart& ordered : order) seen[ordered.part] = 1;
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), 4000);
}

}  // namespace
}  // namespace ocrbatch::pipeline
