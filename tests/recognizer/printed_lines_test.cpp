#include "recognizer/language/printed_lines.h"

#include <gtest/gtest.h>

namespace ocrbatch::recognizer {
namespace {

using Lines = std::vector<std::string>;

TEST(PrintedLines, BreakAtSpacesAndWithinLongWords) {
  EXPECT_EQ(printed_lines("  one  two\tthree\r", 20), (Lines{"one two three"}));
  EXPECT_EQ(printed_lines("one two three four", 8), (Lines{"one two", "three", "four"}));
  EXPECT_EQ(printed_lines("an extraordinary thing", 12), (Lines{"an extraord-", "inary thing"}));
  EXPECT_EQ(printed_lines("größte Überraschung", 12), (Lines{"größte Über-", "raschung"}));
}

TEST(PrintedLines, NumbersAndCodesStayWhole) {
  EXPECT_EQ(printed_lines("invoice 1234567890123", 14), (Lines{"invoice", "1234567890123"}));
}

TEST(PrintedLines, NothingGivesNoLine) {
  EXPECT_TRUE(printed_lines(" \t ", 20).empty());
}

TEST(PrintedLines, CapitalsKnowAllLetters) {
  EXPECT_EQ(in_capitals("Straße nº 5, éa"), "STRASSE Nº 5, ÉA");
}

}  // namespace
}  // namespace ocrbatch::recognizer
