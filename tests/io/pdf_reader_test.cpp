#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "io/reader.h"
#include "tests/io/samples.h"

namespace ocrbatch::io {
namespace {

std::unique_ptr<Reader> open(const std::filesystem::path& path, const ReadOptions& options = {}) {
  auto document = open_document(path, options);
  EXPECT_TRUE(document.ok()) << document.error().message;
  return document ? std::move(document).value() : nullptr;
}

// The resolution at which the only page of such a file is read.
double dpi_of(const PdfSample& page) {
  ScratchFolder folder;
  write_pdf(folder / "a.pdf", {page});
  const auto document = open(folder / "a.pdf");
  if (!document) return -1;
  const auto size = document->page_size(0);
  const auto image = document->read_page(0);
  EXPECT_TRUE(size.ok());
  EXPECT_TRUE(image.ok());
  if (!size || !image) return -1;
  EXPECT_EQ(size.value().dpi, image.value().dpi);
  EXPECT_EQ(size.value().width_px, image.value().gray.cols);
  EXPECT_EQ(size.value().height_px, image.value().gray.rows);
  return image.value().dpi;
}

// Noise: resampling would show.
cv::Mat noise(int width, int height) {
  cv::Mat image(height, width, CV_8UC1);
  cv::randu(image, 0, 256);
  return image;
}

cv::Mat scan(int width, int height) {
  cv::Mat image(height, width, CV_8UC1, cv::Scalar(255));
  image(cv::Rect(width / 8, height / 8, width / 4, height / 16)).setTo(0);
  return image;
}

const char kWholePage[] = "q 612 0 0 792 0 0 cm /Im0 Do Q\n";
const std::string kStamp = "BT /F1 12 Tf 72 700 Td (Received) Tj ET\n";
const std::string kManyWords = "BT /F1 12 Tf 72 700 Td (" + std::string(400, 'x') + ") Tj ET\n";

TEST(PdfReader, ReadsAScanAtItsOwnResolutionPixelForPixel) {
  ScratchFolder folder;
  const cv::Mat image = noise(1700, 2200);
  write_pdf(folder / "a.pdf", {{.content = kWholePage, .images = {image}}});
  const auto document = open(folder / "a.pdf");
  ASSERT_TRUE(document);
  const auto page = document->read_page(0);
  ASSERT_TRUE(page.ok()) << page.error().message;
  EXPECT_EQ(page.value().dpi, 200);
  EXPECT_EQ(page.value().gray.type(), CV_8UC1);
  EXPECT_EQ(max_difference(page.value().gray, image), 0);
}

TEST(PdfReader, ReadsAScanOfUnevenSizePixelForPixel) {
  // As scanners write A4: neither side is a whole number of pixels at 300 dpi.
  ScratchFolder folder;
  const cv::Mat image = noise(2480, 3508);
  write_pdf(folder / "a.pdf", {{.content = "q 595.276 0 0 841.89 0 0 cm /Im0 Do Q",
                                .images = {image},
                                .width_pt = 595.276,
                                .height_pt = 841.89,
                                .rotate = 180}});
  const auto page = open(folder / "a.pdf")->read_page(0);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page.value().dpi, 300);
  cv::Mat turned;
  cv::rotate(image, turned, cv::ROTATE_180);
  EXPECT_EQ(max_difference(page.value().gray, turned), 0);
}

TEST(PdfReader, KeepsFaxPagesInProportion) {
  // Standard fax resolution: 204 x 98 dots per inch.
  ScratchFolder folder;
  write_pdf(folder / "a.pdf", {{.content = kWholePage, .images = {scan(1734, 1078)}}});
  const auto page = open(folder / "a.pdf")->read_page(0);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page.value().gray.size(), cv::Size(1734, 2244));
}

// 400 letters.
std::string words_of_size(double size_pt, const std::string& before = "") {
  return "q " + before + " BT /F1 " + std::to_string(size_pt) + " Tf 72 700 Td (" + std::string(400, 'x') +
         ") Tj ET Q\n";
}

TEST(PdfReader, RendersWhatIsNoScanAsItsSmallPrintNeeds) {
  EXPECT_EQ(dpi_of({.content = words_of_size(12)}), 200);
  EXPECT_EQ(dpi_of({.content = words_of_size(10)}), 200);
  EXPECT_EQ(dpi_of({.content = words_of_size(8)}), 250);
  EXPECT_EQ(dpi_of({.content = words_of_size(5)}), 300);
  EXPECT_EQ(dpi_of({.content = words_of_size(12) + words_of_size(12) + words_of_size(8)}), 250);
  std::string mostly_large = words_of_size(8);
  for (int i = 0; i < 25; ++i) mostly_large += words_of_size(12);
  EXPECT_EQ(dpi_of({.content = mostly_large}), 200) << "a superscript or two";
  EXPECT_EQ(dpi_of({.content = words_of_size(12) + "BT 3 Tr /F1 4 Tf (" + std::string(400, 'x') + ") Tj ET"}),
            200)
      << "invisible text";
}

TEST(PdfReader, MeasuresPrintAsItStandsOnThePage) {
  EXPECT_EQ(dpi_of({.content = words_of_size(16, "0.5 0 0 0.5 0 0 cm")}), 250);
  EXPECT_EQ(dpi_of({.content = words_of_size(4, "0 2 -2 0 600 0 cm")}), 250) << "turned";
  EXPECT_EQ(dpi_of({.content = "BT /F1 1 Tf 8 0 0 8 72 700 Tm (" + std::string(400, 'x') + ") Tj ET"}), 250);
  EXPECT_EQ(dpi_of({.content = "/Fm0 Do", .form = words_of_size(8)}), 250);
}

TEST(PdfReader, RendersAt300WhatTellsNothingOfItsPrint) {
  EXPECT_EQ(dpi_of({.content = ""}), 300);
  EXPECT_EQ(dpi_of({.content = "0 0 100 100 re f"}), 300);
  EXPECT_EQ(dpi_of({.content = "q 306 0 0 200 0 0 cm /Im0 Do Q " + kManyWords, .images = {scan(850, 500)}}),
            300)
      << "a picture may hold print";
  EXPECT_EQ(dpi_of({.content = "q 60 0 0 60 0 0 cm /Im0 Do Q " + kManyWords, .images = {scan(100, 100)}}),
            200)
      << "a sign does not";
}

TEST(PdfReader, KeepsTheResolutionWithin150To400WhereItHasToRender) {
  EXPECT_EQ(dpi_of({.content = kWholePage + kStamp, .images = {scan(612, 792)}}), 150);
  EXPECT_EQ(dpi_of({.content = kWholePage + kStamp, .images = {scan(5100, 6600)}}), 400);
}

TEST(PdfReader, TakesScansAtTheirOwnResolutionWhereItNeedNotRender) {
  EXPECT_EQ(dpi_of({.content = kWholePage, .images = {scan(612, 792)}}), 72);
  EXPECT_EQ(dpi_of({.content = kWholePage, .images = {scan(5100, 6600)}}), 300);
}

TEST(PdfReader, FollowsNestedCoordinateSystems) {
  EXPECT_EQ(dpi_of({.content = "q 2 0 0 2 0 0 cm q 0.5 0 0 0.5 0 0 cm 612 0 0 792 0 0 cm /Im0 Do Q Q",
                    .images = {scan(1700, 2200)}}),
            200);
}

TEST(PdfReader, FindsScansInsideForms) {
  EXPECT_EQ(dpi_of({.content = "q 2 0 0 2 0 0 cm /Fm0 Do Q",
                    .images = {scan(1700, 2200)},
                    .form = "306 0 0 396 0 0 cm /Im0 Do"}),
            200);
}

TEST(PdfReader, TakesTheSharperOfLayersAndAnyOfStrips) {
  EXPECT_EQ(dpi_of({.content = "q 612 0 0 792 0 0 cm /Im0 Do /Im1 Do Q",
                    .images = {scan(850, 1100), scan(2550, 3300)}}),
            300);
  EXPECT_EQ(dpi_of({.content = "q 612 0 0 396 0 396 cm /Im0 Do Q q 612 0 0 396 0 0 cm /Im1 Do Q",
                    .images = {scan(1700, 1100), scan(1700, 1100)}}),
            200);
}

TEST(PdfReader, ReadsScansWithAHiddenTextLayerAtTheScansResolution) {
  const cv::Mat image = scan(1700, 2200);
  EXPECT_EQ(dpi_of({.content = kWholePage + ("3 Tr " + kManyWords), .images = {image}}),
            200);                                                                   // invisible text
  EXPECT_EQ(dpi_of({.content = kManyWords + kWholePage, .images = {image}}), 200);  // covered text
}

TEST(PdfReader, ReadsPagesWithPrintedTextByTheirTextWhateverTheResolutionOfTheirPictures) {
  EXPECT_EQ(dpi_of({.content = kWholePage + kManyWords, .images = {scan(850, 1100)}}), 300);
  EXPECT_EQ(dpi_of({.content = "q 100 0 0 100 72 72 cm /Im0 Do Q " + kManyWords, .images = {scan(150, 150)}}),
            200);
}

TEST(PdfReader, FindsInlineImages) {
  std::string pixels(64 * 64, '\xFF');
  EXPECT_EQ(
      dpi_of({.content = "q 23.04 0 0 23.04 0 0 cm BI /W 64 /H 64 /CS /G /BPC 8 ID " + pixels + "\nEI Q",
              .width_pt = 23.04,
              .height_pt = 23.04}),
      200);
}

TEST(PdfReader, HonoursTheAskedResolution) {
  ScratchFolder folder;
  write_pdf(folder / "a.pdf", {{.content = kWholePage, .images = {scan(1700, 2200)}}});
  ReadOptions options;
  options.dpi = 100;
  const auto page = open(folder / "a.pdf", options)->read_page(0);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page.value().dpi, 100);
  EXPECT_EQ(page.value().gray.cols, 850);
}

TEST(PdfReader, RendersPagesAboveTheLimitAtTheResolutionThatFits) {
  ScratchFolder folder;
  write_pdf(folder / "a.pdf", {{.content = "", .width_pt = 720, .height_pt = 360}});  // 4.5 megapixels
  ReadOptions options;
  options.max_megapixels = 1.125;
  auto reader = open_document(folder / "a.pdf", options);
  ASSERT_TRUE(reader);
  const auto size = reader.value()->page_size(0);
  const auto page = reader.value()->read_page(0);
  ASSERT_TRUE(page);
  EXPECT_NEAR(page.value().dpi, 150, 1);
  EXPECT_NEAR(page.value().gray.cols, 1500, 10);
  EXPECT_LE(page.value().gray.total(), 1'125'000U);
  EXPECT_EQ(size.value().width_px, page.value().gray.cols);
  EXPECT_EQ(size.value().dpi, page.value().dpi);

  options.max_megapixels = 0.4;  // 89 dpi: nothing that can be read
  reader = open_document(folder / "a.pdf", options);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader.value()->read_page(0).error().code, ErrorCode::kTooLarge);
}

TEST(PdfReader, TurnsPagesUpright) {
  ScratchFolder folder;
  // A black square in the top left corner of the unturned page.
  std::vector<PdfSample> pages;
  for (int rotate : {0, 90, 180, 270}) {
    pages.push_back({.content = "0 692 100 100 re f", .rotate = rotate});
  }
  write_pdf(folder / "a.pdf", pages);
  ReadOptions options;
  options.dpi = 72;
  const auto document = open(folder / "a.pdf", options);
  ASSERT_TRUE(document);
  ASSERT_EQ(document->page_count(), 4);
  const cv::Point corner[4] = {{50, 50}, {792 - 50, 50}, {612 - 50, 792 - 50}, {50, 612 - 50}};
  for (int i = 0; i < 4; ++i) {
    const auto page = document->read_page(i);
    ASSERT_TRUE(page.ok());
    const cv::Mat& gray = page.value().gray;
    EXPECT_EQ(gray.size(), i % 2 ? cv::Size(792, 612) : cv::Size(612, 792));
    EXPECT_EQ(page.value().rotation_deg, 90 * i);
    for (const cv::Point& point : corner) {
      if (cv::Rect({}, gray.size()).contains(point)) {
        EXPECT_EQ(gray.at<uchar>(point) == 0, point == corner[i]) << i << " " << point;
      }
    }
  }
}

TEST(PdfReader, ThreadsReadTheSameDocumentAtOnce) {
  ScratchFolder folder;
  const cv::Mat image = noise(340, 440);
  std::vector<PdfSample> pages(6, {.content = "q 122.4 0 0 158.4 0 0 cm /Im0 Do Q " + kManyWords,
                                   .images = {image},
                                   .width_pt = 122.4,
                                   .height_pt = 158.4});
  write_pdf(folder / "a.pdf", pages);
  const cv::Mat expected = open(folder / "a.pdf")->read_page(0).value().gray;
  std::atomic<int> same = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const auto document = open(folder / "a.pdf");
      for (int i = 0; i < 6; ++i) {
        const auto page = document->read_page(i);
        same += page.ok() && max_difference(page.value().gray, expected) == 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(same, 24);
}

TEST(PdfReader, SaysThatAPasswordIsNeeded) {
  ScratchFolder folder;
  write_pdf(folder / "a.pdf", {{.content = kManyWords}}, "secret");
  const auto document = open_document(folder / "a.pdf", {});
  ASSERT_FALSE(document.ok());
  EXPECT_EQ(document.error().code, ErrorCode::kEncrypted);
}

TEST(PdfReader, TellsNoPagesFromADamagedCount) {
  ScratchFolder folder;
  write_pdf(folder / "a.pdf", {});
  const auto none = open_document(folder / "a.pdf", {});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::kNoPages);
}

TEST(PdfReader, ADamagedPageCountNeitherHangsNorPassesForSuccess) {
  const auto with_count = [](const std::string& count) {
    return "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count " +
           count +
           ">>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]/Resources<<>> >>endobj\n"
           "trailer<</Root 1 0 R/Size 4>>\n%%EOF\n";
  };
  ScratchFolder folder;
  write_file(folder / "good.pdf", with_count("1"));
  EXPECT_TRUE(open(folder / "good.pdf")->read_page(0).ok());
  for (const char* count : {"2147483647", "50", "-7", "0"}) {
    write_file(folder / "a.pdf", with_count(count));
    const auto document = open_document(folder / "a.pdf", {});
    if (document.ok()) {
      EXPECT_LT(document.value()->page_count(), 1000) << count;
    } else {
      EXPECT_EQ(document.error().code, ErrorCode::kCorrupt) << count;
    }
  }
  write_file(folder / "a.pdf", with_count("2"));
  const auto document = open(folder / "a.pdf");
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->read_page(0).ok());
  ASSERT_EQ(document->page_count(), 2);
  EXPECT_EQ(document->read_page(1).error().code, ErrorCode::kCorrupt);
}

TEST(PdfReader, FindsTheHeaderBehindOtherBytes) {
  ScratchFolder folder;
  write_pdf(folder / "a.pdf", {{.content = kManyWords}});
  write_file(folder / "b.pdf", std::string(900, ' ') + read_file(folder / "a.pdf"));
  EXPECT_TRUE(open(folder / "b.pdf")->read_page(0).ok());
}

}  // namespace
}  // namespace ocrbatch::io
