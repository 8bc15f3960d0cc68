// From pages with ground truth to lines, with the real readers.
#include "pipeline/page_lines.h"

#include <gmock/gmock.h>

#include <atomic>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <thread>

#include "io/reader.h"
#include "io/writer.h"
#include "kernels/line_preparation.h"
#include "pipeline/scan.h"
#include "tests/support/checksum_recognizer.h"
#include "tests/support/documents.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;
using testing::bar_page;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class PageLinesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { io::initialize_readers(); }

  std::unique_ptr<recognizer::LineSource> open(std::size_t cache_bytes = 1 << 20) const {
    return open_page_lines(find_ground_truth(path("")), kernels::LinePreparation{}, cache_bytes);
  }
  fs::path path(const std::string& name) const { return folder_.path() / name; }

  testing::TemporaryFolder folder_;
};

std::vector<std::string> texts(const recognizer::LineSource& lines) {
  std::vector<std::string> out;
  for (std::uint64_t i = 0; i < lines.size().value(); ++i) out.push_back(lines.get(i).text);
  return out;
}

// The box of line `i` of bar_page(..., 4, 600, 400), with two pixels of paper around.
std::string row(int i, const std::string& text) {
  const int pitch = 400 / 5, top = pitch / 2 + i * pitch;
  std::ostringstream row;
  row << "58\t" << top - 2 << "\t542\t" << top + pitch * 3 / 4 + 2 << "\t" << text << "\n";
  return row.str();
}

TEST_F(PageLinesTest, ScannedHocrComesBackAsTheLinesThatScanRead) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  testing::write_tiff("two.tif", {bar_page(1, 5, 900, 700), bar_page(2, 4, 900, 600)});
  testing::write_pgm("one.pgm", bar_page(3, 6, 900, 800));
  struct Keeper : io::Writer {
    std::vector<io::PageRecord> records;
    void write(const io::PageRecord& record) override { records.push_back(record); }
    void finish() override {}
  } keeper;
  const auto hocr = io::make_folder_writer("hocr", ".");
  ScanOptions options;
  options.inputs = {"."};
  options.layout = LayoutMode::kTesseract;  // for which bars are print
  ScanProgress progress;
  const testing::ChecksumRecognizer reader;
  run_scan(options, reader, {&keeper, hocr.get()}, progress, [](const auto&, const auto&) {});
  hocr->finish();
  fs::current_path(before);

  std::vector<std::string> expected;
  for (const io::PageRecord& record : keeper.records) {
    for (const io::Block& block : record.page.blocks) {
      for (const io::Paragraph& paragraph : block.paragraphs) {
        for (const io::Line& line : paragraph.lines) expected.push_back(line.text);
      }
    }
  }
  ASSERT_GE(expected.size(), 12U);
  EXPECT_TRUE(fs::exists(path("two.tif.hocr")));
  const auto lines = open();
  EXPECT_EQ(texts(*lines), expected);
  for (std::uint64_t i = 0; i < expected.size(); ++i) EXPECT_EQ(lines->text(i), expected[i]);
  EXPECT_EQ(lines->get(0).name, path("one.pgm").string() + ", line 1");
  EXPECT_EQ(lines->get(expected.size() - 1).name.substr(0, path("two.tif, page 2").string().size()),
            path("two.tif, page 2").string());
}

TEST_F(PageLinesTest, LinesAreCutAsKernelsCutThem) {
  const cv::Mat page = bar_page(7, 4, 600, 400);
  testing::write_pgm(path("a.pgm"), page);
  testing::write_text(path("a.lines.tsv"), row(0, "one") + row(1, "two") + row(2, "three") + row(3, "four"));
  const auto lines = open();
  ASSERT_EQ(lines->size(), 4U);
  for (int i = 0; i < 4; ++i) {
    const auto line = lines->get(static_cast<std::uint64_t>(i));
    const int pitch = 400 / 5;
    const cv::Mat alone = page(cv::Rect(58, pitch / 2 + i * pitch - 2, 484, pitch * 3 / 4 + 4));
    const auto expected = kernels::prepare_line(alone, kernels::find_line_geometry(alone), {});
    EXPECT_EQ(line.pixels.rows, expected.pixels.rows);
    EXPECT_NEAR(line.pixels.cols, expected.pixels.cols, 0.25 * expected.pixels.cols) << i;
    EXPECT_LT(cv::mean(line.pixels)[0], 250) << "no ink in line " << i;
  }
}

TEST_F(PageLinesTest, BoxesFollowTheSizeThatTheTruthNames) {
  const cv::Mat page = bar_page(7, 4, 600, 400);
  cv::Mat twice;
  cv::resize(page, twice, {}, 2, 2, cv::INTER_NEAREST);
  const std::string hocr =
      "<html><body><div class='ocr_page' title='bbox 0 0 600 400'><span class='ocr_line' "
      "title='bbox 58 118 542 182; baseline 0 -17'>text</span></div></body></html>";
  testing::write_pgm(path("a.pgm"), page);
  testing::write_text(path("a.hocr"), hocr);
  testing::write_pgm(path("b.pgm"), twice);
  testing::write_text(path("b.hocr"), hocr);
  const auto lines = open();
  ASSERT_EQ(lines->size(), 2U);
  const cv::Mat a = lines->get(0).pixels, b = lines->get(1).pixels;
  EXPECT_NEAR(a.cols, b.cols, 3);
  EXPECT_NEAR(cv::mean(a)[0], cv::mean(b)[0], 6);
}

TEST_F(PageLinesTest, WhatCannotBeReadSaysWhyAndTheRestIsRead) {
  testing::write_pgm(path("a.pgm"), bar_page(1, 4, 600, 400));
  testing::write_text(path("a.lines.tsv"), row(0, "good") + "700\t10\t900\t40\toutside\n");
  testing::write_text(path("b.pgm"), "P5 no image");
  testing::write_text(path("b.lines.tsv"), row(0, "lost"));
  testing::write_pgm(path("c.pgm"), bar_page(1, 4, 600, 400));
  testing::write_text(path("c.xml"), "<PcGts><Page>");
  testing::write_text(path("d.xml"), "<alto/>");
  testing::write_text(path("e.xml"), "<something-else/>");
  const auto lines = open();
  ASSERT_EQ(lines->size(), 5U);
  EXPECT_EQ(lines->get(0).text, "good");
  const auto why = [&](std::uint64_t i, const std::string& text) {
    EXPECT_THAT([&] { lines->get(i); }, ThrowsMessage<std::runtime_error>(HasSubstr(text))) << i;
  };
  why(1, "a.pgm, line 2: its place is empty or outside the page");
  why(2, "b.pgm, line 1: ");
  why(3, "c.xml: line 1: is not well-formed");
  why(4, "d.xml: there is no image beside it");
}

TEST_F(PageLinesTest, DocumentsAreFoundBySeveralNamesAndTruthByPreference) {
  for (const char* name : {"a.pgm", "b.pgm", "img/c.pgm", "d.pgm"})
    testing::write_pgm(path(name), bar_page(1, 4, 600, 400));
  testing::write_text(path("a.pgm.hocr"), "<html><body/></html>");
  testing::write_text(path("a.lines.tsv"), row(0, "x"));
  testing::write_text(path("b.hocr"), "<html><body/></html>");
  testing::write_text(path("img/page/c_truth.xml"), "<PcGts><Page imageFilename='c.pgm'/></PcGts>");
  testing::write_text(path("d.lines.tsv"), row(0, "x"));
  std::vector<std::string> found;
  for (const auto& file : find_ground_truth(folder_.path()))
    found.push_back(file.truth.filename().string() + " " +
                    fs::relative(file.document, folder_.path()).string());
  EXPECT_THAT(found,
              ElementsAre("a.pgm.hocr a.pgm", "b.hocr b.pgm", "d.lines.tsv d.pgm", "c_truth.xml img/c.pgm"));
  EXPECT_EQ(ground_truth_of(path("a.pgm")), path("a.pgm.hocr"));
  EXPECT_EQ(ground_truth_of(path("d.pgm")), path("d.lines.tsv"));
  EXPECT_EQ(ground_truth_of(path("img/c.pgm")), std::nullopt);
}

TEST_F(PageLinesTest, ThreadsAndSmallCachesGiveTheSameLines) {
  for (int i = 0; i < 4; ++i) {
    std::string name = std::to_string(i);
    testing::write_pgm(path(name + ".pgm"), bar_page(static_cast<std::uint32_t>(i), 4, 600, 400));
    testing::write_text(path(name + ".lines.tsv"), row(0, "a") + row(1, "b") + row(2, "c") + row(3, "d"));
  }
  const auto roomy = open(), tight = open(1);
  std::vector<cv::Mat> expected;
  for (std::uint64_t i = 0; i < 16; ++i) expected.push_back(roomy->get(i).pixels);
  std::atomic<int> differences = 0;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < 48; ++i) {
        const std::uint64_t line = (i * 7 + t * 5) % 16;
        const cv::Mat pixels = tight->get(line).pixels;
        if (pixels.size() != expected[line].size() || cv::norm(pixels, expected[line], cv::NORM_INF) != 0)
          ++differences;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differences, 0);
}

}  // namespace
}  // namespace ocrbatch::pipeline
