#include <gtest/gtest.h>
#include <tiffio.h>

#include "io/reader.h"
#include "tests/io/samples.h"

namespace ocrbatch::io {
namespace {

// A bilevel page with `n` black columns, so that pages differ.
cv::Mat numbered_page(int n) {
  cv::Mat page(300, 200, CV_8UC1, cv::Scalar(255));
  for (int i = 0; i < n; ++i) page(cv::Rect(10 + 20 * i, 20, 8, 200)).setTo(0);
  return page;
}

std::unique_ptr<Reader> open(const std::filesystem::path& path) {
  auto document = open_document(path, {});
  EXPECT_TRUE(document.ok()) << document.error().message;
  return document ? std::move(document).value() : nullptr;
}

TEST(TiffReader, ReadsFaxPagesInAnyOrder) {
  ScratchFolder folder;
  std::vector<TiffSample> pages;
  for (int n = 1; n <= 3; ++n)
    pages.push_back({.gray = numbered_page(n), .compression = COMPRESSION_CCITTFAX4, .dpi = 200});
  write_tiff(folder / "fax.tif", pages);
  const auto document = open(folder / "fax.tif");
  ASSERT_TRUE(document);
  ASSERT_EQ(document->page_count(), 3);
  for (int index : {2, 0, 1, 2}) {
    const auto page = document->read_page(index);
    ASSERT_TRUE(page.ok()) << page.error().message;
    EXPECT_EQ(max_difference(page.value().gray, numbered_page(index + 1)), 0) << index;
    EXPECT_EQ(page.value().dpi, 200);
    EXPECT_EQ(document->page_size(index).value().height_px, 300);
  }
}

TEST(TiffReader, TurnsPagesByTheirOrientation) {
  ScratchFolder folder;
  const int rotation[9] = {0, 0, 0, 180, 180, 270, 90, 90, 270};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const TiffSample samples[] = {
        {.gray = sample_bilevel(), .compression = COMPRESSION_CCITTFAX4, .orientation = orientation},
        {.gray = sample_page(), .compression = COMPRESSION_LZW, .orientation = orientation},
        {.gray = sample_page(), .orientation = orientation, .tiled = true},
        {.gray = sample_page(), .orientation = orientation, .cmyk = true}};
    for (const TiffSample& sample : samples) {
      SCOPED_TRACE(std::to_string(orientation) + (sample.tiled ? " tiled" : sample.cmyk ? " cmyk" : ""));
      write_tiff(folder / "a.tif", {sample});
      const auto document = open(folder / "a.tif");
      ASSERT_TRUE(document);
      const auto page = document->read_page(0);
      ASSERT_TRUE(page.ok()) << page.error().message;
      EXPECT_LE(max_difference(page.value().gray, sample.gray), 1);
      EXPECT_EQ(page.value().rotation_deg, rotation[orientation]);
      EXPECT_EQ(document->page_size(0).value().width_px, sample.gray.cols);
    }
  }
}

TEST(TiffReader, CountsNoPreviewAsAPage) {
  ScratchFolder folder;
  write_tiff(
      folder / "a.tif",
      {{.gray = sample_page()}, {.gray = sample_bilevel(), .preview = true}, {.gray = sample_bilevel()}});
  const auto document = open(folder / "a.tif");
  ASSERT_TRUE(document);
  ASSERT_EQ(document->page_count(), 2);
  EXPECT_EQ(max_difference(document->read_page(0).value().gray, sample_page()), 0);
  EXPECT_EQ(max_difference(document->read_page(1).value().gray, sample_bilevel()), 0);
}

TEST(TiffReader, OneDamagedPageLeavesTheOthersReadable) {
  ScratchFolder folder;
  write_tiff(folder / "a.tif",
             {{.gray = sample_page()}, {.gray = sample_page()}, {.gray = sample_bilevel()}});
  std::string bytes = read_file(folder / "a.tif");
  // The second page's width tag (256, LONG or SHORT, one value) becomes an unknown tag.
  const std::string tag("\x00\x01\x03\x00\x01\x00\x00\x00", 8);
  const std::size_t first = bytes.find(tag);
  ASSERT_NE(first, bytes.npos);
  const std::size_t second = bytes.find(tag, first + 1);
  ASSERT_NE(second, bytes.npos);
  bytes[second + 2] = 0;  // no such type
  bytes[second + 3] = 0;
  write_file(folder / "a.tif", bytes);
  const auto document = open(folder / "a.tif");
  ASSERT_TRUE(document);
  ASSERT_EQ(document->page_count(), 3);
  EXPECT_TRUE(document->read_page(0).ok());
  ASSERT_FALSE(document->read_page(1).ok());
  EXPECT_EQ(document->read_page(1).error().code, ErrorCode::kCorrupt);
  ASSERT_TRUE(document->read_page(2).ok());
  EXPECT_EQ(max_difference(document->read_page(2).value().gray, sample_bilevel()), 0);
}

// Value of the one-entry LONG or SHORT tag in a little-endian directory, and where it stands.
std::size_t find_value(const std::string& bytes, int tag) {
  for (char type : {3, 4}) {
    const char entry[] = {static_cast<char>(tag), static_cast<char>(tag >> 8), type, 0, 1, 0, 0, 0};
    const std::size_t at = bytes.find(std::string(entry, sizeof entry));
    if (at != bytes.npos) return at + sizeof entry;
  }
  ADD_FAILURE() << "no tag " << tag;
  return 0;
}

unsigned value_at(const std::string& bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]) | static_cast<unsigned char>(bytes[at + 1]) << 8;
}

// A page whose pixels stand at the end of the file, as many scanners write them.
std::string tiff_with_pixels_last(const cv::Mat& page, int compression) {
  ScratchFolder folder;
  write_tiff(folder / "a.tif", {{.gray = page, .compression = compression}});
  std::string bytes = read_file(folder / "a.tif");
  const std::size_t offset_at = find_value(bytes, TIFFTAG_STRIPOFFSETS);
  const std::string strip =
      bytes.substr(value_at(bytes, offset_at), value_at(bytes, find_value(bytes, TIFFTAG_STRIPBYTECOUNTS)));
  bytes[offset_at] = static_cast<char>(bytes.size());
  bytes[offset_at + 1] = static_cast<char>(bytes.size() >> 8);
  return bytes + strip;
}

TEST(TiffReader, RefusesPagesWhoseDataIsCutShort) {
  ScratchFolder folder;
  cv::Mat noise(100, 200, CV_8UC1);  // offsets stay within 16 bits
  cv::randu(noise, 0, 256);
  for (int compression : {COMPRESSION_CCITTFAX4, COMPRESSION_NONE, COMPRESSION_LZW}) {
    const std::string whole = tiff_with_pixels_last(noise, compression);
    write_file(folder / "a.tif", whole);
    ASSERT_TRUE(open(folder / "a.tif")->read_page(0).ok());
    for (std::size_t missing = 10; missing < 2000; missing += 199) {
      write_file(folder / "a.tif", whole.substr(0, whole.size() - missing));
      const auto document = open(folder / "a.tif");
      ASSERT_TRUE(document);
      const auto page = document->read_page(0);
      ASSERT_FALSE(page.ok()) << missing << " bytes missing, compression " << compression;
      EXPECT_EQ(page.error().code, ErrorCode::kCorrupt);
    }
  }
}

}  // namespace
}  // namespace ocrbatch::io
