// Files that are not what they should be: each gets its error code, none ends or blocks the process.
#include <gtest/gtest.h>
#include <leptonica/allheaders.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

#include <random>

#include "io/reader.h"
#include "tests/io/samples.h"

namespace ocrbatch::io {
namespace {

// "ok", or the code of the first error that opening and reading all pages gives.
std::string outcome(const std::filesystem::path& path, const ReadOptions& options = {}) {
  const auto document = open_document(path, options);
  if (!document) {
    EXPECT_FALSE(document.error().message.empty());
    EXPECT_EQ(document.error().message.find('\n'), std::string::npos);
    return error_code_name(document.error().code);
  }
  for (int i = 0; i < document.value()->page_count(); ++i) {
    const auto page = document.value()->read_page(i);
    if (!page) return error_code_name(page.error().code);
    EXPECT_FALSE(page.value().gray.empty());
  }
  return "ok";
}

TEST(OpenDocument, NamesWhatKeepsItFromReading) {
  ScratchFolder folder;
  write_file(folder / "empty.pdf", "");
  write_file(folder / "text.pdf", "Dear Sir or Madam, BMW 3 Series, P1 plan");
  write_file(folder / "photo.heic", std::string("\0\0\0\x18"
                                                "ftypheic\0\0\0\0",
                                                16));
  write_file(folder / "book.djvu", "AT&TFORM\1\2\3\4DJVM");
  ASSERT_EQ(::mkfifo((folder / "pipe.pdf").c_str(), 0600), 0);
  EXPECT_EQ(outcome(folder / "missing.pdf"), "not_found");
  EXPECT_EQ(outcome(folder / "text.pdf/below.pdf"), "not_found");
  EXPECT_EQ(outcome(folder / "empty.pdf"), "empty");
  EXPECT_EQ(outcome(folder / "text.pdf"), "unknown_format");
  EXPECT_EQ(outcome(folder / "photo.heic"), "unsupported");
  EXPECT_EQ(outcome(folder / "book.djvu"), "unsupported");
  EXPECT_EQ(outcome(folder.path()), "unreadable");
  EXPECT_EQ(outcome(folder / "pipe.pdf"), "unreadable");  // would block for ever if opened
  EXPECT_EQ(outcome("/dev/zero"), "unreadable");
}

TEST(OpenDocument, NamesMissingPermission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  ScratchFolder folder;
  write_image(folder / "a.png", sample_page(), IFF_PNG);
  ASSERT_EQ(::chmod((folder / "a.png").c_str(), 0), 0);
  EXPECT_EQ(outcome(folder / "a.png"), "unreadable");
}

TEST(OpenDocument, GoesByContentNotByName) {
  ScratchFolder folder;
  write_image(folder / "a.pdf", sample_page(), IFF_PNG);
  EXPECT_EQ(outcome(folder / "a.pdf"), "ok");
}

TEST(OpenDocument, RefusesPagesAboveTheLimitBeforeDecoding) {
  ScratchFolder folder;
  const cv::Mat page(1000, 2000, CV_8UC1, cv::Scalar(255));  // two megapixels
  ReadOptions options;
  options.max_megapixels = 1.9;
  for (int format : {IFF_PNG, IFF_JFIF_JPEG, IFF_TIFF_G4, IFF_WEBP, IFF_JP2, IFF_GIF, IFF_BMP, IFF_PNM}) {
    SCOPED_TRACE(format);
    write_image(folder / "a", page, format);
    EXPECT_EQ(outcome(folder / "a", options), "too_large");
    EXPECT_EQ(outcome(folder / "a"), "ok");
  }
  write_pdf(folder / "a", {{.content = "", .width_pt = 28800, .height_pt = 28800}});
  EXPECT_EQ(outcome(folder / "a"), "too_large");
}

TEST(OpenDocument, RefusesASmallFileThatPromisesAHugePage) {
  ScratchFolder folder;
  write_file(folder / "a.pgm", "P5 90000 90000 255\n");
  EXPECT_EQ(outcome(folder / "a.pgm"), "too_large");
}

TEST(LooksLikeDocument, PicksContentAndDocumentNames) {
  ScratchFolder folder;
  write_image(folder / "scan", sample_page(), IFF_PNG);
  write_file(folder / "notes.txt", "%! not a document, BM, P5 is a pentagon");
  write_file(folder / "EMPTY.PDF", "");
  write_file(folder / "late", std::string(1000, '\n') + "%PDF-1.7");
  write_file(folder / "too-late", std::string(1100, '\n') + "%PDF-1.7");
  ASSERT_EQ(::mkfifo((folder / "pipe.pdf").c_str(), 0600), 0);
  EXPECT_TRUE(looks_like_document(folder / "scan"));
  EXPECT_TRUE(
      looks_like_document(folder / "EMPTY.PDF"));  // becomes an error record instead of being passed over
  EXPECT_TRUE(looks_like_document(folder / "late"));
  EXPECT_FALSE(looks_like_document(folder / "too-late"));
  EXPECT_FALSE(looks_like_document(folder / "notes.txt"));
  EXPECT_FALSE(looks_like_document(folder / "pipe.pdf"));
  EXPECT_FALSE(looks_like_document(folder.path()));
}

// Every kind of file, whole.
std::vector<std::pair<std::string, std::string>> good_files() {
  ScratchFolder folder;
  cv::Mat page(120, 160, CV_8UC1);
  cv::setRNGSeed(7);
  cv::randu(page, 0, 256);
  std::vector<std::pair<std::string, std::string>> files;
  const std::pair<const char*, int> formats[] = {
      {"png", IFF_PNG}, {"jpeg", IFF_JFIF_JPEG}, {"webp", IFF_WEBP}, {"jp2", IFF_JP2},
      {"gif", IFF_GIF}, {"bmp", IFF_BMP},        {"pnm", IFF_PNM}};
  for (const auto& [name, format] : formats) {
    write_image(folder / "a", page, format);
    files.emplace_back(name, read_file(folder / "a"));
  }
  files.emplace_back("exif", with_exif(files[1].second, 6, 300));
  write_tiff(folder / "a", {{.gray = page, .compression = COMPRESSION_CCITTFAX4},
                            {.gray = page, .compression = COMPRESSION_LZW},
                            {.gray = page, .tiled = true},
                            {.gray = page, .cmyk = true}});
  files.emplace_back("tiff", read_file(folder / "a"));
  write_pdf(folder / "a",
            {{.content = "q 100 0 0 75 0 0 cm /Im0 Do Q", .images = {page}, .width_pt = 100, .height_pt = 75},
             {.content = "BT /F1 12 Tf 9 9 Td (x) Tj ET", .width_pt = 100, .height_pt = 75}});
  files.emplace_back("pdf", read_file(folder / "a"));
  return files;
}

TEST(DamagedFiles, CutShortAnywhereGiveAnErrorAndNeverHalfAPage) {
  ScratchFolder folder;
  for (const auto& [kind, bytes] : good_files()) {
    SCOPED_TRACE(kind);
    write_file(folder / "a", bytes);
    ASSERT_EQ(outcome(folder / "a"), "ok");
    for (int step = 0; step < 60; ++step) {
      const std::size_t keep = bytes.size() * step / 60;
      write_file(folder / "a", bytes.substr(0, keep));
      const std::string result = outcome(folder / "a");
      // A PDF's objects can be found again without its end, as long as its image is whole.
      if (kind != "pdf") {
        EXPECT_NE(result, "ok") << keep << " of " << bytes.size() << " bytes";
      }
      EXPECT_NE(result, "internal");
    }
  }
}

TEST(DamagedFiles, WithFlippedBytesNeverEndTheProcess) {
  ScratchFolder folder;
  std::mt19937 random(20);
  int failed = 0;
  for (const auto& [kind, bytes] : good_files()) {
    SCOPED_TRACE(kind);
    for (int round = 0; round < 80; ++round) {
      std::string damaged = bytes;
      // Half of the rounds aim at the headers, where damage does most.
      const std::size_t range = round % 2 ? bytes.size() : std::min<std::size_t>(bytes.size(), 400);
      for (int flips = 0; flips < 6; ++flips) damaged[random() % range] = static_cast<char>(random());
      write_file(folder / "a", damaged);
      ReadOptions options;
      options.max_megapixels = 50;
      const std::string result = outcome(folder / "a", options);
      EXPECT_NE(result, "internal");
      failed += result != "ok";
    }
  }
  EXPECT_GT(failed, 100);
}

}  // namespace
}  // namespace ocrbatch::io
