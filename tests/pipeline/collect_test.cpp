// What of a page's lines goes into its record.
#include "pipeline/stages/collect.h"

#include <gmock/gmock.h>

#include <string>

namespace ocrbatch::pipeline {
namespace {

using ::testing::ElementsAre;

struct ReadLine {
  std::string text;
  float confidence;
  Doubt doubt = Doubt::kNone;
};

class CollectTest : public ::testing::Test {
 protected:
  // The texts of the record's lines.
  std::vector<std::string> collected(const std::vector<ReadLine>& read) {
    PageMessage page;
    page.record.page.width_px = 600, page.record.page.height_px = 800;
    io::Block block;
    block.bbox = {10, 10, 500, 700};
    block.paragraphs.resize(1);
    for (const ReadLine& line : read) {
      const int top = 10 + 40 * static_cast<int>(page.lines.size());
      io::Line empty;
      empty.bbox = {10, top, 500, top + 30};
      block.paragraphs[0].lines.push_back(empty);
      page.layout.geometries.push_back({{10, top + 25.0F}, {500, top + 25.0F}, 20, 5, 12});
      page.layout.doubts.push_back(line.doubt);
      LineMessage message;
      message.columns = 400;
      message.doubt = line.doubt;
      float x = 0;
      for (const char c : line.text) {
        message.hypothesis.characters.push_back({std::string(1, c), x, x + 8, line.confidence});
        x += 10;
      }
      page.lines.push_back(message);
    }
    page.layout.blocks = {block};
    CollectPage({}, {recognizer::ModelInfo{}}, /*min_confidence=*/0.5, /*timings=*/false, progress)(page);
    EXPECT_FALSE(page.record.error.has_value()) << page.record.error->message;
    std::vector<std::string> texts;
    for (const io::Block& kept : page.record.page.blocks)
      for (const io::Paragraph& paragraph : kept.paragraphs)
        for (const io::Line& line : paragraph.lines) texts.push_back(line.text);
    return texts;
  }

  ScanProgress progress;
};

TEST_F(CollectTest, LinesThatReadBadlyAreLeftOutAndCounted) {
  EXPECT_THAT(collected({{"print", 0.9F}, {"dirt", 0.3F}, {"", 1}, {"more", 0.6F}}),
              ElementsAre("print", "more"));
  EXPECT_EQ(progress.lines_left_out, 1U);
}

TEST_F(CollectTest, OfPrintThatMayRunEitherWayTheSurerReadingIsKept) {
  constexpr Doubt kDown = Doubt::kDoubtful, kUp = Doubt::kOtherWay;
  EXPECT_THAT(collected({{"81186212", 0.97F, kDown},
                         {"ZIZ98II8", 0.95F, kUp},
                         {"0966", 0.94F, kDown},
                         {"9960", 0.96F, kUp},
                         {"same", 0.95F, kDown},
                         {"sane", 0.95F, kUp},
                         {"dirt", 0.6F, kDown},
                         {"pirt", 0.7F, kUp},
                         {"print", 0.6F}}),
              ElementsAre("81186212", "9960", "same", "print"));
}

TEST_F(CollectTest, DoubtfulLinesAreKeptWhereTheyReadSurely) {
  EXPECT_THAT(collected({{"print", 0.6F},
                         {"FROM:", 0.95F, Doubt::kDoubtful},
                         {"FROM:", 0.8F, Doubt::kDoubtful},
                         {"co", 0.9F, Doubt::kDoubtful},
                         {"mg", 0.97F, Doubt::kDoubtful},
                         {"I", 0.99F, Doubt::kDoubtful},
                         {"4", 0.99F, Doubt::kDoubtful},
                         {"7", 0.9F, Doubt::kDoubtful},
                         {"", 1, Doubt::kDoubtful}}),
              ElementsAre("print", "FROM:", "mg", "4"));
  EXPECT_EQ(progress.lines_left_out, 0U) << "they were never lines";
}

}  // namespace
}  // namespace ocrbatch::pipeline
