#include <gtest/gtest.h>
#include <leptonica/allheaders.h>

#include "io/reader.h"
#include "io/readers/pix.h"
#include "tests/io/samples.h"

namespace ocrbatch::io {
namespace {

PageImage read_first(const std::filesystem::path& path) {
  auto document = open_document(path, {});
  EXPECT_TRUE(document.ok()) << document.error().message;
  if (!document) return {};
  EXPECT_EQ(document.value()->page_count(), 1);
  auto page = document.value()->read_page(0);
  EXPECT_TRUE(page.ok()) << page.error().message;
  if (!page) return {};
  EXPECT_EQ(page.value().gray.type(), CV_8UC1);
  const auto size = document.value()->page_size(0);
  EXPECT_TRUE(size.ok());
  EXPECT_EQ(size.value().width_px, page.value().gray.cols);
  EXPECT_EQ(size.value().height_px, page.value().gray.rows);
  return page.value();
}

struct FormatCase {
  const char* name;
  int format;
  int tolerance;
  bool holds_dpi;
};

class EveryImageFormat : public testing::TestWithParam<FormatCase> {};

TEST_P(EveryImageFormat, IsReadBackWithItsPixelsAndResolution) {
  ScratchFolder folder;
  const auto path = folder / "no-extension";
  write_image(path, sample_page(), GetParam().format, 200);
  const PageImage page = read_first(path);
  EXPECT_LE(max_difference(page.gray, sample_page()), GetParam().tolerance);
  EXPECT_NEAR(page.dpi, GetParam().holds_dpi ? 200 : 0, 0.5);
  EXPECT_EQ(page.rotation_deg, 0);
  EXPECT_TRUE(looks_like_document(path));
}

INSTANTIATE_TEST_SUITE_P(
    ImageReader, EveryImageFormat,
    testing::Values(FormatCase{"png", IFF_PNG, 0, true}, FormatCase{"jpeg", IFF_JFIF_JPEG, 12, true},
                    FormatCase{"bmp", IFF_BMP, 0, true}, FormatCase{"pnm", IFF_PNM, 0, false},
                    FormatCase{"gif", IFF_GIF, 0, false}, FormatCase{"webp", IFF_WEBP, 0, false},
                    FormatCase{"jp2", IFF_JP2, 24, false}),
    [](const auto& info) { return std::string(info.param.name); });

// The luminance that is stored, as Leptonica reads it, gray or coloured, baseline or progressive.
TEST(ImageReader, ReadsTheLuminanceOfJpegs) {
  ScratchFolder folder;
  for (const int depth : {8, 32}) {
    PixPtr pix(pixCreate(90, 70, depth));
    for (int y = 0; y < 70; ++y)
      for (int x = 0; x < 90; ++x)
        pixSetPixel(pix.get(), x, y,
                    depth == 8 ? (2 * x + y) % 256 : (2U * x) << 24 | (3U * y) << 16 | (x + y) << 8);
    for (const int progressive : {0, 1}) {
      const auto path = folder / "a.jpg";
      ASSERT_EQ(pixWriteJpeg(path.c_str(), pix.get(), 90, progressive), 0);
      const PixPtr luminance(pixReadJpeg(path.c_str(), 0, 1, nullptr, L_JPEG_READ_LUMINANCE));
      const cv::Mat gray = read_first(path).gray;
      ASSERT_EQ(gray.size(), cv::Size(90, 70));
      for (int y = 0; y < gray.rows; ++y) {
        for (int x = 0; x < gray.cols; ++x) {
          l_uint32 wanted = 0;
          pixGetPixel(luminance.get(), x, y, &wanted);
          ASSERT_EQ(gray.at<uchar>(y, x), wanted) << depth << ", " << x << ", " << y;
        }
      }
    }
  }
}

TEST(ImageReader, TurnsJpegsByTheirExifOrientation) {
  ScratchFolder folder;
  const int rotation[9] = {0, 0, 0, 180, 180, 270, 90, 90, 270};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (bool big_endian : {false, true}) {
      SCOPED_TRACE(orientation);
      const auto path = folder / "turned.jpg";
      write_image(path, stored_as(sample_page(), orientation), IFF_JFIF_JPEG);
      write_file(path, with_exif(read_file(path), orientation, 0, big_endian));
      const PageImage page = read_first(path);
      EXPECT_LE(max_difference(page.gray, sample_page()), 12);
      EXPECT_EQ(page.rotation_deg, rotation[orientation]);
    }
  }
}

TEST(ImageReader, TakesTheResolutionFromExifWhereJfifHasNone) {
  ScratchFolder folder;
  write_image(folder / "a.jpg", sample_page(), IFF_JFIF_JPEG);
  write_file(folder / "a.jpg", with_exif(read_file(folder / "a.jpg"), 1, 240));
  EXPECT_EQ(read_first(folder / "a.jpg").dpi, 240);
}

TEST(ImageReader, IgnoresDamagedExif) {
  ScratchFolder folder;
  write_image(folder / "a.jpg", sample_page(), IFF_JFIF_JPEG);
  const std::string good = with_exif(read_file(folder / "a.jpg"), 6, 300);
  for (std::size_t at = 12; at < 60; ++at) {
    std::string bytes = good;
    bytes[at] = '\xFF';
    write_file(folder / "a.jpg", bytes);
    auto document = open_document(folder / "a.jpg", {});
    ASSERT_TRUE(document.ok());
    EXPECT_TRUE(document.value()->read_page(0).ok());
  }
}

TEST(ImageReader, TreatsImplausibleResolutionAsUnknown) {
  ScratchFolder folder;
  for (int dpi : {1, 49, 2400}) {
    write_image(folder / "a.png", sample_page(), IFF_PNG, dpi);
    EXPECT_EQ(read_first(folder / "a.png").dpi, 0) << dpi;
  }
  write_image(folder / "a.png", sample_page(), IFF_PNG, 1200);
  EXPECT_NEAR(read_first(folder / "a.png").dpi, 1200, 0.5);
}

TEST(ImageReader, ReadsSixteenBitGray) {
  ScratchFolder folder;
  const cv::Mat page = sample_page();
  PIX* pix = pixCreate(page.cols, page.rows, 16);
  for (int y = 0; y < page.rows; ++y) {
    for (int x = 0; x < page.cols; ++x) pixSetPixel(pix, x, y, page.at<uchar>(y, x) * 257u);
  }
  ASSERT_EQ(pixWrite((folder / "a.png").c_str(), pix, IFF_PNG), 0);
  ASSERT_EQ(pixWrite((folder / "a.pgm").c_str(), pix, IFF_PNM), 0);
  pixDestroy(&pix);
  EXPECT_LE(max_difference(read_first(folder / "a.png").gray, page), 1);
  EXPECT_LE(max_difference(read_first(folder / "a.pgm").gray, page), 1);
}

TEST(ImageReader, LaysTransparencyOverWhite) {
  ScratchFolder folder;
  PIX* pix = pixCreate(30, 10, 32);
  pixSetSpp(pix, 4);
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 30; ++x) {
      const int alpha = x < 10 ? 0 : x < 20 ? 128 : 255;  // black all over
      l_uint32 value = 0;
      composeRGBAPixel(0, 0, 0, alpha, &value);
      pixSetPixel(pix, x, y, value);
    }
  }
  ASSERT_EQ(pixWrite((folder / "a.png").c_str(), pix, IFF_PNG), 0);
  pixDestroy(&pix);
  const cv::Mat gray = read_first(folder / "a.png").gray;
  ASSERT_FALSE(gray.empty());
  EXPECT_EQ(gray.at<uchar>(5, 5), 255);
  EXPECT_NEAR(gray.at<uchar>(5, 15), 127, 1);
  EXPECT_EQ(gray.at<uchar>(5, 25), 0);
}

TEST(ImageReader, ReadsTheGrayOfColours) {
  ScratchFolder folder;
  for (const int channels : {3, 4}) {
    SCOPED_TRACE(channels);
    PIX* pix = pixCreate(30, 10, 32);
    pixSetSpp(pix, channels);
    for (int y = 0; y < 10; ++y) {
      for (int x = 0; x < 30; ++x) {
        l_uint32 value = 0;
        composeRGBAPixel(x < 10 ? 200 : 0, x >= 10 && x < 20 ? 200 : 0, x < 20 ? 0 : 200, 255, &value);
        pixSetPixel(pix, x, y, value);
      }
    }
    for (const bool last_row_is_transparent : {false, true}) {
      if (last_row_is_transparent && channels == 3) continue;
      for (int x = 0; last_row_is_transparent && x < 30; ++x) pixSetPixel(pix, x, 9, 0);
      ASSERT_EQ(pixWrite((folder / "a.png").c_str(), pix, IFF_PNG), 0);
      const cv::Mat gray = read_first(folder / "a.png").gray;
      ASSERT_EQ(gray.size(), cv::Size(30, 10));
      for (const int y : {0, 8}) {
        EXPECT_NEAR(gray.at<uchar>(y, 5), 60, 1);    // 0.299 x 200
        EXPECT_NEAR(gray.at<uchar>(y, 15), 117, 1);  // 0.587 x 200
        EXPECT_NEAR(gray.at<uchar>(y, 25), 23, 1);   // 0.114 x 200
      }
      EXPECT_NEAR(gray.at<uchar>(9, 15), last_row_is_transparent ? 255 : 117, 1);
    }
    pixDestroy(&pix);
  }
}

TEST(ImageReader, ReadsOneBitImagesWithInkDark) {
  ScratchFolder folder;
  const cv::Mat page = sample_bilevel();
  PIX* pix = pixCreate(page.cols, page.rows, 1);
  for (int y = 0; y < page.rows; ++y) {
    for (int x = 0; x < page.cols; ++x) pixSetPixel(pix, x, y, page.at<uchar>(y, x) == 0);
  }
  for (int format : {IFF_PNG, IFF_PNM, IFF_BMP}) {
    SCOPED_TRACE(format);
    ASSERT_EQ(pixWrite((folder / "a").c_str(), pix, format), 0);
    EXPECT_EQ(max_difference(read_first(folder / "a").gray, page), 0);
  }
  pixDestroy(&pix);
}

TEST(ImageReader, ReadsColourMapsByTheirColours) {
  ScratchFolder folder;
  PIX* pix = pixCreate(20, 10, 4);
  PIXCMAP* map = pixcmapCreate(4);
  pixcmapAddColor(map, 255, 255, 255);  // index 0 is white: indices are no gray values
  pixcmapAddColor(map, 255, 0, 0);
  pixSetColormap(pix, map);
  for (int y = 0; y < 10; ++y) {
    for (int x = 10; x < 20; ++x) pixSetPixel(pix, x, y, 1);
  }
  for (int format : {IFF_PNG, IFF_GIF}) {
    SCOPED_TRACE(format);
    ASSERT_EQ(pixWrite((folder / "a").c_str(), pix, format), 0);
    const cv::Mat gray = read_first(folder / "a").gray;
    ASSERT_FALSE(gray.empty());
    EXPECT_EQ(gray.at<uchar>(5, 5), 255);
    EXPECT_NEAR(gray.at<uchar>(5, 15), 76, 2);  // 0.299 x 255
  }
  pixDestroy(&pix);
}

TEST(ImageReader, ReadsCmykJpegs) {
  // 16 x 16, the left half black; made with: convert -size 16x16 xc:white -fill black -draw 'rectangle 0,0
  // 7,15' -colorspace CMYK -strip -quality 80 -sampling-factor 1x1 cmyk.jpg
  const char bytes[] =
      "\xff\xd8\xff\xee\x00\x0e\x41\x64\x6f\x62\x65\x00\x64\x00\x00\x00\x00\x02\xff\xdb\x00\x43"
      "\x00\x06\x04\x05\x06\x05\x04\x06\x06\x05\x06\x07\x07\x06\x08\x0a\x10\x0a\x0a\x09\x09\x0a"
      "\x14\x0e\x0f\x0c\x10\x17\x14\x18\x18\x17\x14\x16\x16\x1a\x1d\x25\x1f\x1a\x1b\x23\x1c\x16"
      "\x16\x20\x2c\x20\x23\x26\x27\x29\x2a\x29\x19\x1f\x2d\x30\x2d\x28\x30\x25\x28\x29\x28\xff"
      "\xdb\x00\x43\x01\x07\x07\x07\x0a\x08\x0a\x13\x0a\x0a\x13\x28\x1a\x16\x1a\x28\x28\x28\x28"
      "\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28"
      "\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28\x28"
      "\x28\x28\xff\xc0\x00\x14\x08\x00\x10\x00\x10\x04\x01\x11\x00\x02\x11\x01\x03\x11\x01\x04"
      "\x11\x00\xff\xc4\x00\x16\x00\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x09\x08\xff\xc4\x00\x14\x10\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\xff\xc4\x00\x14\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\xff\xc4\x00\x14\x11\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\xff\xda\x00\x0e\x04\x01\x00\x02\x11\x03\x11\x04\x00\x00\x3f\x00\xca\x80"
      "\xca\x80\x2a\xa0\x09\x56\x02\xaa\x3f\xff\xd9";
  ScratchFolder folder;
  write_file(folder / "a.jpg", std::string_view(bytes, sizeof bytes - 1));
  const cv::Mat gray = read_first(folder / "a.jpg").gray;
  ASSERT_EQ(gray.size(), cv::Size(16, 16));
  EXPECT_LE(gray.at<uchar>(8, 3), 12);
  EXPECT_GE(gray.at<uchar>(8, 12), 243);
}

TEST(ImageReader, ShowsTransparentGifPixelsAsPaper) {
  // 2 x 1: a transparent pixel whose colour is black, and a gray one.
  const char bytes[] =
      "GIF89a\x02\x00\x01\x00\x80\x00\x00\x00\x00\x00\x80\x80\x80"
      "\x21\xF9\x04\x01\x00\x00\x00\x00"
      "\x2C\x00\x00\x00\x00\x02\x00\x01\x00\x00\x02\x02\x44\x0A\x00\x3B";
  ScratchFolder folder;
  write_file(folder / "a.gif", std::string_view(bytes, sizeof bytes - 1));
  const cv::Mat gray = read_first(folder / "a.gif").gray;
  ASSERT_EQ(gray.size(), cv::Size(2, 1));
  EXPECT_EQ(gray.at<uchar>(0, 0), 255);
  EXPECT_EQ(gray.at<uchar>(0, 1), 128);
}

}  // namespace
}  // namespace ocrbatch::io
