#include "cli/values.h"

#include <gmock/gmock.h>

#include <sstream>

#include "cli/errors.h"

namespace ocrbatch::cli {
namespace {

using ::testing::ElementsAre;
using namespace std::string_literals;

std::vector<std::pair<int, int>> pages(const std::string& text) {
  std::vector<std::pair<int, int>> pairs;
  for (const pipeline::PageRange& range : parse_pages(text)) pairs.emplace_back(range.first, range.last);
  return pairs;
}

TEST(ParsePages, ReadsPagesRangesAndOpenRanges) {
  EXPECT_THAT(pages("1-3,7,10-"), ElementsAre(std::pair(1, 3), std::pair(7, 7), std::pair(10, 0)));
  EXPECT_THAT(pages("-3"), ElementsAre(std::pair(1, 3)));
}

TEST(ParsePages, RefusesWhatIsNoPage) {
  for (const char* text : {"", "0", "-", "3-1", "a", "1,,2", "1-2-3", "99999999999", "1 2", "+1"}) {
    EXPECT_THROW(parse_pages(text), UsageError) << text;
  }
}

TEST(ParseSize, KnowsItsUnits) {
  EXPECT_EQ(parse_size("--x", "4096"), 4096U);
  EXPECT_EQ(parse_size("--x", "512M"), 512U << 20);
  EXPECT_EQ(parse_size("--x", "1.5GiB"), 3U << 29);
  EXPECT_EQ(parse_size("--x", "2kb"), 2048U);
}

TEST(ParseSize, RefusesWhatIsNoSize) {
  for (const char* text : {"", "M", "-1G", "2X", "2GG", "0", "1e30", "nan", "inf", "2 G"}) {
    EXPECT_THROW(parse_size("--x", text), UsageError) << text;
  }
}

TEST(ReadPathList, SplitsAtLineBreaks) {
  std::istringstream list("a.pdf\n\nb c.png\nlast");
  EXPECT_THAT(read_path_list(list), ElementsAre("a.pdf", "b c.png", "last"));
}

TEST(ReadPathList, SplitsAtNulWhereThereIsOneAndKeepsLineBreaks) {
  std::istringstream list("a\nb.pdf\0c.pdf\0"s);
  EXPECT_THAT(read_path_list(list), ElementsAre("a\nb.pdf", "c.pdf"));
}

}  // namespace
}  // namespace ocrbatch::cli
