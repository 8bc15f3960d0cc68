#include "io/readers/pdf_scans.h"

#include <gtest/gtest.h>
#include <leptonica/allheaders.h>

#include <opencv2/imgproc.hpp>

#include "io/reader.h"
#include "io/readers/pix.h"
#include "tests/io/samples.h"

namespace ocrbatch::io {
namespace {

// A page of one inch by one inch and a half, with letters of a sort and shades.
constexpr double kWidthPt = 72, kHeightPt = 108;
constexpr int kDpi = 200, kWidthPx = 200, kHeightPx = 300;
const std::string kWholePage = "q 72 0 0 108 0 0 cm /Stored0 Do Q\n";

cv::Mat shaded_page() {
  cv::Mat page(kHeightPx, kWidthPx, CV_8UC1);
  for (int y = 0; y < kHeightPx; ++y)
    for (int x = 0; x < kWidthPx; ++x)
      page.at<std::uint8_t>(y, x) = cv::saturate_cast<std::uint8_t>(255 - y / 4 - x / 8);
  for (int i = 0; i < 12; ++i)
    cv::rectangle(page, {20 + 13 * i, 40 + 9 * i, 9, 14}, cv::Scalar(10 * i), cv::FILLED);
  return page;
}

cv::Mat bilevel_page() {
  cv::Mat page;
  cv::threshold(shaded_page(), page, 128, 255, cv::THRESH_BINARY);
  return page;
}

// Colours whose gray is not that of a single channel.
cv::Mat coloured_page() {
  const cv::Mat gray = shaded_page();
  cv::Mat turned, page;
  cv::flip(gray, turned, -1);
  cv::merge(std::vector<cv::Mat>{gray, turned, cv::Mat(gray.size(), CV_8UC1, cv::Scalar(90))}, page);
  return page;
}

std::string bytes_of(const cv::Mat& image) {
  const cv::Mat whole = image.isContinuous() ? image : image.clone();
  return {reinterpret_cast<const char*>(whole.data), whole.total() * whole.elemSize()};
}

// `bits` a sample, rows padded to bytes; `sample` is of a pixel's gray.
template <class Function>
std::string packed(const cv::Mat& gray, int bits, Function&& sample) {
  std::string out;
  for (int y = 0; y < gray.rows; ++y) {
    int byte = 0, filled = 0;
    for (int x = 0; x < gray.cols; ++x) {
      byte = byte << bits | sample(gray.at<std::uint8_t>(y, x));
      filled += bits;
      if (filled < 8 && x + 1 < gray.cols) continue;
      out += static_cast<char>(byte << (8 - filled));
      byte = filled = 0;
    }
  }
  return out;
}

int is_white(int gray) {
  return gray >= 128 ? 1 : 0;
}
int is_black(int gray) {
  return 1 - is_white(gray);
}

std::string size_entries(int width = kWidthPx, int height = kHeightPx) {
  return " /Width " + std::to_string(width) + " /Height " + std::to_string(height) + " ";
}

PixPtr pix_of(const cv::Mat& image) {
  PixPtr pix(pixCreate(image.cols, image.rows, image.channels() == 1 ? 8 : 32));
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      if (image.channels() == 1) {
        pixSetPixel(pix.get(), x, y, image.at<std::uint8_t>(y, x));
      } else {
        const cv::Vec3b c = image.at<cv::Vec3b>(y, x);
        pixSetRGBPixel(pix.get(), x, y, c[0], c[1], c[2]);
      }
    }
  }
  return pix;
}

std::string taken(l_uint8* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  lept_free(data);
  return bytes;
}

std::string jpeg(const cv::Mat& image) {
  l_uint8* data = nullptr;
  std::size_t size = 0;
  pixWriteMemJpeg(&data, &size, pix_of(image).get(), 90, 0);
  return taken(data, size);
}

std::string jpeg_2000(const cv::Mat& image) {
  l_uint8* data = nullptr;
  std::size_t size = 0;
  pixWriteMemJp2k(&data, &size, pix_of(image).get(), 45, 5, 0, 0);
  return taken(data, size);
}

std::string group_4(const cv::Mat& bilevel) {
  const PixPtr pix(pixThresholdToBinary(pix_of(bilevel).get(), 128));
  L_COMP_DATA* data = nullptr;
  pixGenerateCIData(pix.get(), L_G4_ENCODE, 0, 0, &data);
  const std::string bytes(reinterpret_cast<const char*>(data->datacomp), data->nbytescomp);
  l_CIDataDestroy(&data);
  return bytes;
}

std::string big_endian(std::size_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> 8 * i);
  return out;
}

// One segment of JBIG2 data, of page 1 (ITU-T T.88, 7.2).
std::string jbig2_segment(int number, int type, const std::string& data) {
  return big_endian(static_cast<std::size_t>(number), 4) + static_cast<char>(type) + '\0' + '\1' +
         big_endian(data.size(), 4) + data;
}

std::string jbig2_size(const cv::Mat& image) {
  return big_endian(static_cast<std::size_t>(image.cols), 4) +
         big_endian(static_cast<std::size_t>(image.rows), 4);
}

std::string jbig2_page(const cv::Mat& image) {
  constexpr int kPageInformation = 48;
  return jbig2_segment(0, kPageInformation, jbig2_size(image) + std::string(8 + 1 + 2, '\0'));
}

// The page as one region in MMR, which is Group 4.
std::string jbig2_region(const cv::Mat& bilevel) {
  constexpr int kImmediateLosslessRegion = 39;
  const std::string place(8, '\0'), combined_by_or(1, '\0'), mmr(1, '\1');
  return jbig2_segment(1, kImmediateLosslessRegion,
                       jbig2_size(bilevel) + place + combined_by_or + mmr + group_4(bilevel));
}

std::string run_length(const std::string& bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 128) {
    const std::string part = bytes.substr(i, 128);
    out += static_cast<char>(part.size() - 1);
    out += part;
  }
  return out + '\x80';
}

PdfSample page_of(PdfImage image) {
  return {.content = kWholePage, .width_pt = kWidthPt, .height_pt = kHeightPt, .stored = {std::move(image)}};
}

std::optional<StoredScan> ask(PdfScans& scans, double max_megapixels = 400) {
  return scans.stored_scan(0, 70, 400, max_megapixels);
}

std::optional<cv::Mat> read_stored(const PdfSample& page) {
  ScratchFolder folder;
  write_pdf(folder / "a.pdf", {page});
  PdfScans scans(folder / "a.pdf");
  const auto scan = ask(scans);
  if (!scan) return std::nullopt;
  auto gray = scans.read_stored_scan();
  if (gray) {
    EXPECT_EQ(gray->size(), cv::Size(scan->width_px, scan->height_px));
  }
  return gray;
}

cv::Mat rendered(const PdfSample& page, double dpi = kDpi) {
  ScratchFolder folder;
  write_pdf(folder / "a.pdf", {page});
  ReadOptions options;
  options.dpi = dpi;
  const auto document = open_document(folder / "a.pdf", options);
  if (!document) return {};
  const auto image = document.value()->read_page(0);
  return image ? image.value().gray : cv::Mat();
}

// Both ways to read the page, compared.
void expect_same(const PdfSample& page, double tolerance, const std::string& what) {
  const auto stored = read_stored(page);
  ASSERT_TRUE(stored) << what;
  EXPECT_LE(max_difference(*stored, rendered(page)), tolerance) << what;
}

TEST(PdfScans, AgreeWithTheRendererForEachWayToStoreAPage) {
  const cv::Mat gray = shaded_page(), bilevel = bilevel_page(), colours = coloured_page();
  const std::string gray_8 = size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 8 ";
  const std::string gray_1 = size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 1 ";
  const std::string mask = size_entries() + "/ImageMask true /BitsPerComponent 1 ";
  const std::string fax = "/Filter/CCITTFaxDecode /DecodeParms<</K -1 /Columns 200 /Rows 300";
  expect_same(page_of({gray_8, bytes_of(gray)}), 0, "gray");
  expect_same(page_of({gray_8 + "/Decode[1 0]", bytes_of(gray)}), 0, "gray, inverted");
  expect_same(page_of({gray_8 + "/Filter/RunLengthDecode", run_length(bytes_of(gray))}), 0, "run lengths");
  expect_same(page_of({gray_1, packed(bilevel, 1, is_white)}), 0, "one bit");
  expect_same(page_of({gray_1 + "/Decode[1 0]", packed(bilevel, 1, is_black)}), 0, "one bit, inverted");
  expect_same(page_of({size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 4",
                       packed(gray, 4, [](int g) { return g >> 4; })}),
              0, "four bits");
  expect_same(page_of({mask, packed(bilevel, 1, is_white)}), 0, "mask");
  expect_same(page_of({mask + "/Decode[1 0]", packed(bilevel, 1, is_black)}), 0, "mask, inverted");
  expect_same(page_of({size_entries() + "/ColorSpace/DeviceRGB /BitsPerComponent 8", bytes_of(colours)}), 2,
              "RGB");
  expect_same(page_of({size_entries() + "/ColorSpace[/Indexed/DeviceRGB 3 <FFFFFF 203040 A01010 000000>] "
                                        "/BitsPerComponent 2",
                       packed(gray, 2, [](int g) { return 3 - (g >> 6); })}),
              2, "palette");
  expect_same(page_of({size_entries() + "/ColorSpace[/Indexed/DeviceGray 1 <00FF>] /BitsPerComponent 1",
                       packed(bilevel, 1, is_white)}),
              0, "palette of one bit");
  expect_same(page_of({gray_8 + "/Filter/DCTDecode", jpeg(gray)}), 1, "JPEG");
  expect_same(page_of({size_entries() + "/ColorSpace/DeviceRGB /BitsPerComponent 8 /Filter/DCTDecode",
                       jpeg(colours)}),
              6, "JPEG, coloured");
  expect_same(page_of({size_entries() + "/Filter/JPXDecode", jpeg_2000(gray)}), 1, "JPEG 2000");
  expect_same(page_of({gray_1 + fax + ">>", group_4(bilevel)}), 0, "fax");
  expect_same(page_of({gray_1 + fax + "/BlackIs1 true>>", group_4(bilevel)}), 0, "fax, black is 1");
  expect_same(page_of({mask + fax + ">>", group_4(bilevel)}), 0, "fax, mask");
  expect_same(page_of({mask + fax + "/BlackIs1 true>> /Decode[1 0]", group_4(bilevel)}), 0,
              "fax, mask, black is 1");
}

TEST(PdfScans, DecodeJbig2WherePopplersStreamsCanBeUsed) {
  const cv::Mat bilevel = bilevel_page();
  const std::string whole = jbig2_page(bilevel) + jbig2_region(bilevel), filter = "/Filter/JBIG2Decode ";
  const std::string gray = size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 1 " + filter;
  EXPECT_EQ(max_difference(rendered(page_of({gray, whole})), bilevel), 0) << "what is compared with";
#ifdef OCRBATCH_POPPLER_STREAMS
  const std::string mask = size_entries() + "/ImageMask true /BitsPerComponent 1 " + filter;
  expect_same(page_of({gray, whole}), 0, "gray");
  expect_same(page_of({gray + "/Decode[1 0]", whole}), 0, "gray, inverted");
  expect_same(page_of({mask, whole}), 0, "mask");
  expect_same(
      page_of({size_entries() + "/ColorSpace[/Indexed/DeviceGray 1 <FF40>] /BitsPerComponent 1 " + filter,
               whole}),
      0, "palette");

  expect_same(page_of({gray, jbig2_region(bilevel), jbig2_page(bilevel)}), 0, "segments that pages share");
#else
  EXPECT_FALSE(read_stored(page_of({gray, whole}))) << "left to the renderer";
#endif
  EXPECT_FALSE(read_stored(page_of({gray, jbig2_region(bilevel)}))) << "no page to draw on";
  EXPECT_FALSE(read_stored(page_of({gray, jbig2_page(bilevel.rowRange(0, 200)) + jbig2_region(bilevel)})))
      << "a page of another height";
}

TEST(PdfScans, AgreeWithTheRendererHoweverThePageIsTurned) {
  const PdfImage upright{size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 8",
                         bytes_of(shaded_page())};
  cv::Mat side;
  cv::rotate(shaded_page(), side, cv::ROTATE_90_CLOCKWISE);
  const PdfImage sideways{size_entries(kHeightPx, kWidthPx) + "/ColorSpace/DeviceGray /BitsPerComponent 8",
                          bytes_of(side)};
  for (const int rotate : {0, 90, 180, 270, -90}) {
    for (const char* matrix :
         {"72 0 0 108 0 0", "-72 0 0 108 72 0", "72 0 0 -108 0 108", "-72 0 0 -108 72 108"}) {
      PdfSample page = page_of(upright);
      page.content = std::string("q ") + matrix + " cm /Stored0 Do Q";
      page.rotate = rotate;
      expect_same(page, 0, std::string(matrix) + ", turned by " + std::to_string(rotate));
    }
    for (const char* matrix :
         {"0 108 72 0 0 0", "0 108 -72 0 72 0", "0 -108 72 0 0 108", "0 -108 -72 0 72 108"}) {
      PdfSample page = page_of(sideways);
      page.content = std::string("q ") + matrix + " cm /Stored0 Do Q";
      page.rotate = rotate;
      expect_same(page, 0, std::string(matrix) + ", turned by " + std::to_string(rotate));
    }
  }
}

TEST(PdfScans, TakeWhatThePageShowsOfTheImage) {
  PdfSample page =
      page_of({size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 8", bytes_of(shaded_page())});
  page.page_entries = " /CropBox [18 36 54 99]";  // 50 pixels off the left, 50 off the right, 25 off the top
  const auto cropped = read_stored(page);
  ASSERT_TRUE(cropped);
  EXPECT_EQ(max_difference(*cropped, shaded_page()(cv::Rect(50, 25, 100, 175))), 0);

  page = page_of({size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 8", bytes_of(shaded_page())});
  page.height_pt = 109.8;  // five pixels more than the image, at the top
  const auto padded = read_stored(page);
  ASSERT_TRUE(padded);
  ASSERT_EQ(padded->size(), cv::Size(kWidthPx, kHeightPx + 5));
  EXPECT_EQ(cv::countNonZero((*padded)(cv::Rect(0, 0, kWidthPx, 5)) != 255), 0);
  EXPECT_EQ(max_difference((*padded)(cv::Rect(0, 5, kWidthPx, kHeightPx)), shaded_page()), 0);
}

TEST(PdfScans, HalveWhatIsFinerThanNeeded) {
  cv::Mat fine;
  cv::resize(shaded_page(), fine, {}, 3, 3, cv::INTER_NEAREST);  // 600 dpi
  for (const bool compressed : {false, true}) {
    PdfSample page =
        page_of({size_entries(fine.cols, fine.rows) + "/ColorSpace/DeviceGray /BitsPerComponent 8" +
                     (compressed ? "/Filter/DCTDecode" : ""),
                 compressed ? jpeg(fine) : bytes_of(fine)});
    const auto half = read_stored(page);
    ASSERT_TRUE(half);
    cv::Mat wanted;
    cv::resize(fine, wanted, {300, 450}, 0, 0, cv::INTER_AREA);
    ASSERT_EQ(half->size(), wanted.size());
    EXPECT_LT(cv::norm(*half, wanted, cv::NORM_L1) / static_cast<double>(wanted.total()), 3);
  }
}

TEST(PdfScans, LookThroughFormsClipsAndHiddenText) {
  PdfSample page =
      page_of({size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 8", bytes_of(shaded_page())});
  page.resource_entries = "/ExtGState <</Plain <</Type/ExtGState /ca 1 /BM/Normal /SMask/None>> >>";
  const std::string hidden = "BT 3 Tr /F1 12 Tf 10 50 Td (hidden) Tj ET ";
  for (const std::string& content : std::vector<std::string>{
           "q 0 0 72 108 re W n 72 0 0 108 0 0 cm /Stored0 Do Q",  // clipped to the page
           "/Plain gs 0 g 1 w q 36 0 0 54 0 0 cm 2 0 0 2 0 0 cm /Stored0 Do Q",
           "q 72 0 0 108 0 0 cm /Stored0 Do Q " + hidden,           // a text layer
           "BT /F1 12 Tf 10 50 Td (under it) Tj ET " + kWholePage,  // covered
           "1 1 1 rg 0 0 72 108 re f " + kWholePage,                // a white ground
           "/Artifact <</Type/Pagination>> BDC " + kWholePage + " EMC",
       }) {
    page.content = content;
    EXPECT_TRUE(read_stored(page)) << content;
    expect_same(page, 0, content);
  }
}

TEST(PdfScans, LeavePagesThatShowMoreThanAnImageToTheRenderer) {
  const PdfImage image{size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 8",
                       bytes_of(shaded_page())};
  const auto refused = [&](const PdfSample& page, const std::string& why) {
    EXPECT_FALSE(read_stored(page)) << why;
  };
  PdfSample page = page_of(image);
  page.resource_entries = "/ExtGState <</Thin <</ca 0.5>> /Multiply <</BM/Multiply>> >>";
  for (const std::string& content : std::vector<std::string>{
           kWholePage + "BT /F1 12 Tf 10 50 Td (a stamp) Tj ET",
           kWholePage + "0 0 30 30 re f",
           kWholePage + "0 0 m 30 30 l S",
           kWholePage + kWholePage,
           kWholePage + "q 9 0 0 9 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q",
           std::string("q 36 0 0 108 0 0 cm /Stored0 Do Q"),                    // half of the page
           std::string("q 0 0 36 108 re W n 72 0 0 108 0 0 cm /Stored0 Do Q"),  // cut in half
           std::string("q 0 0 m 72 0 l 36 108 l W n 72 0 0 108 0 0 cm /Stored0 Do Q"),
           std::string("q 72 3 -3 108 0 0 cm /Stored0 Do Q"),  // tilted
           std::string("q 72 0 0 54 0 0 cm /Stored0 Do Q"),    // pixels that are not square
           "/Thin gs " + kWholePage,
           "/Multiply gs " + kWholePage,
           "/NoSuchState gs " + kWholePage,
           "/OC /Layer BDC " + kWholePage + " EMC",
           "BT 7 Tr /F1 12 Tf (clip) Tj ET " + kWholePage,
           "unknown " + kWholePage,
           std::string("q 72 0 0 108 0 0 cm /Missing Do Q"),
           std::string(),
       }) {
    page.content = content;
    refused(page, content);
  }
  for (const char* entry : {" /Annots [<</Type/Annot /Subtype/Stamp /Rect[0 0 9 9]>>]",
                            " /Annots [<</Subtype/Link /Rect[0 0 9 9]>>]", " /UserUnit 2"}) {
    page = page_of(image);
    page.page_entries = entry;
    refused(page, entry);
  }
  page = page_of(image);
  page.page_entries =
      " /Annots [<</Subtype/Link /Rect[0 0 9 9] /Border[0 0 0]>> <</Subtype/Popup /Rect[0 0 9 9]>>]";
  EXPECT_TRUE(read_stored(page)) << "links without a border show nothing";
  page =
      page_of({size_entries() + "/ImageMask true /BitsPerComponent 1", packed(bilevel_page(), 1, is_white)});
  page.content = "1 0 0 rg " + kWholePage;
  refused(page, "a mask that paints in red");
  page.content = "1 0 0 rg /Fm0 Do";
  page.form = kWholePage;
  refused(page, "a form that is drawn in red, with a mask");
  page.content = "/Fm0 Do";
  EXPECT_TRUE(read_stored(page)) << "the same in black";
}

TEST(PdfScans, LeaveImagesThatOnlyARendererKnowsToIt) {
  const std::string gray = size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 8 ";
  const std::string data = bytes_of(shaded_page()), photo = jpeg(shaded_page());
  const std::string bilevel = packed(bilevel_page(), 1, is_white), fax = group_4(bilevel_page());
  const std::string bit = size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 1 ";
  for (const PdfImage& image : std::vector<PdfImage>{
           {gray + "/SMask 1", data},
           {gray + "/Mask[0 10]", data},
           {gray + "/Decode[0 0.5]", data},
           {size_entries() + "/ColorSpace/DeviceCMYK /BitsPerComponent 8", data + data + data + data},
           {size_entries() +
                "/ColorSpace[/Separation/Black/DeviceGray <</FunctionType 2 /Domain[0 1] /N 1>>] "
                "/BitsPerComponent 8",
            data},
           {size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 16", data + data},
           {gray + "/Filter[/ASCIIHexDecode/DCTDecode]", photo},
           {gray, data.substr(0, data.size() / 2)},  // cut short
           {gray + "/Filter/DCTDecode", photo.substr(0, photo.size() / 2)},
           {size_entries(kWidthPx, kHeightPx * 2 / 3) +
                "/ColorSpace/DeviceGray /BitsPerComponent 8 /Filter/DCTDecode",
            photo},
           {bit + "/Filter/CCITTFaxDecode /DecodeParms<</K 0 /Columns 200>>", fax},
           {bit + "/Filter/CCITTFaxDecode /DecodeParms<</K -1 /Columns 200 /EncodedByteAlign true>>", fax},
           {bit + "/Filter/CCITTFaxDecode /DecodeParms<</K -1 /Columns 200>>", fax.substr(0, fax.size() / 2)},
           {bit + "/Filter/JBIG2Decode", bilevel},
       }) {
    EXPECT_FALSE(read_stored(page_of(image))) << image.dictionary;
  }
}

TEST(PdfScans, RefuseImagesThatDoNotFitBeforeDecodingThem) {
  ScratchFolder folder;
  write_pdf(folder / "a.pdf",
            {page_of({size_entries(40000, 60000) + "/ColorSpace/DeviceGray /BitsPerComponent 8", "x"})});
  PdfScans scans(folder / "a.pdf");
  EXPECT_FALSE(scans.stored_scan(0, 1, 1e9, 400));
  EXPECT_FALSE(scans.read_stored_scan());
}

TEST(PdfScans, ADamagedScanIsReadAsFarAsTheRendererGets) {
  ScratchFolder folder;
  const std::string photo = jpeg(shaded_page());
  write_pdf(folder / "a.pdf",
            {page_of({size_entries() + "/ColorSpace/DeviceGray /BitsPerComponent 8 /Filter/DCTDecode",
                      photo.substr(0, photo.size() / 2)})});
  const auto document = open_document(folder / "a.pdf", {});
  ASSERT_TRUE(document.ok());
  const auto page = document.value()->read_page(0);
  ASSERT_TRUE(page.ok()) << page.error().message;
  EXPECT_EQ(page.value().gray.size(), cv::Size(kWidthPx, kHeightPx));
}

}  // namespace
}  // namespace ocrbatch::io
