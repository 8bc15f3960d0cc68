#include "tests/io/samples.h"

#include <leptonica/allheaders.h>
#include <tiffio.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <opencv2/imgproc.hpp>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>
#include <stdexcept>

namespace ocrbatch::io {
namespace {

void require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(std::string("cannot make a test file: ") + what);
}

PIX* to_pix(const cv::Mat& gray, bool bilevel) {
  PIX* pix = pixCreate(gray.cols, gray.rows, bilevel ? 1 : 8);
  for (int y = 0; y < gray.rows; ++y) {
    for (int x = 0; x < gray.cols; ++x) {
      const unsigned value = gray.at<uchar>(y, x);
      pixSetPixel(pix, x, y, bilevel ? value < 128 : value);
    }
  }
  return pix;
}

// One row of a TIFF page: bits (ink is 1), gray bytes, or C M Y K.
std::vector<unsigned char> tiff_row(const TiffSample& page, const cv::Mat& stored, int y, bool bilevel) {
  std::vector<unsigned char> row;
  if (bilevel) row.resize((stored.cols + 7) / 8, 0);
  for (int x = 0; x < stored.cols; ++x) {
    const unsigned char value = stored.at<uchar>(y, x);
    if (bilevel) {
      if (value < 128) row[x / 8] |= 0x80 >> x % 8;
    } else if (page.cmyk) {
      row.insert(row.end(), {0, 0, 0, static_cast<unsigned char>(255 - value)});
    } else {
      row.push_back(value);
    }
  }
  return row;
}

void write_tiles(TIFF* tiff, const cv::Mat& stored) {
  constexpr int kSide = 16;
  TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kSide);
  TIFFSetField(tiff, TIFFTAG_TILELENGTH, kSide);
  for (int y = 0; y < stored.rows; y += kSide) {
    for (int x = 0; x < stored.cols; x += kSide) {
      cv::Mat tile(kSide, kSide, CV_8UC1, cv::Scalar(255));
      const cv::Rect area = cv::Rect(x, y, kSide, kSide) & cv::Rect(0, 0, stored.cols, stored.rows);
      stored(area).copyTo(tile(cv::Rect(0, 0, area.width, area.height)));
      require(TIFFWriteTile(tiff, tile.data, x, y, 0, 0) > 0, "TIFF tile");
    }
  }
}

void write_tiff_page(TIFF* tiff, const TiffSample& page) {
  const cv::Mat stored = stored_as(page.gray, page.orientation);
  const bool bilevel = page.compression == COMPRESSION_CCITTFAX4 || page.compression == COMPRESSION_CCITTFAX3;
  TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, page.preview ? FILETYPE_REDUCEDIMAGE : FILETYPE_PAGE);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, stored.cols);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, stored.rows);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bilevel ? 1 : 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, page.cmyk ? 4 : 1);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
               page.cmyk ? PHOTOMETRIC_SEPARATED
               : bilevel ? PHOTOMETRIC_MINISWHITE
                         : PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, page.compression);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, page.orientation);
  if (page.dpi > 0) {
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, page.dpi);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, page.dpi);
  }
  if (page.tiled) {
    write_tiles(tiff, stored);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, stored.rows);
    for (int y = 0; y < stored.rows; ++y) {
      auto row = tiff_row(page, stored, y, bilevel);
      require(TIFFWriteScanline(tiff, row.data(), y, 0) > 0, "TIFF row");
    }
  }
  require(TIFFWriteDirectory(tiff) != 0, "TIFF directory");
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "ocrbatch-test-XXXXXX").string();
  require(::mkdtemp(name.data()) != nullptr, "scratch folder");
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  require(file.good(), path.c_str());
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  require(file.good(), path.c_str());
}

cv::Mat sample_bilevel() {
  cv::Mat page(40, 64, CV_8UC1, cv::Scalar(255));
  page(cv::Rect(4, 4, 24, 8)).setTo(0);
  return page;
}

cv::Mat sample_page() {
  cv::Mat page = sample_bilevel();
  page(cv::Rect(44, 4, 16, 16)).setTo(128);
  return page;
}

cv::Mat stored_as(const cv::Mat& upright, int orientation) {
  const int w = upright.cols, h = upright.rows;
  const bool swap = orientation >= 5;
  cv::Mat stored(swap ? w : h, swap ? h : w, CV_8UC1);
  for (int r = 0; r < stored.rows; ++r) {
    for (int c = 0; c < stored.cols; ++c) {
      int x = 0, y = 0;  // where the stored row r, column c belongs
      switch (orientation) {
        case 1:
          x = c, y = r;
          break;  // row 0 is the top, column 0 the left side
        case 2:
          x = w - 1 - c, y = r;
          break;  // top, right
        case 3:
          x = w - 1 - c, y = h - 1 - r;
          break;  // bottom, right
        case 4:
          x = c, y = h - 1 - r;
          break;  // bottom, left
        case 5:
          x = r, y = c;
          break;  // left, top
        case 6:
          x = w - 1 - r, y = c;
          break;  // right, top
        case 7:
          x = w - 1 - r, y = h - 1 - c;
          break;  // right, bottom
        case 8:
          x = r, y = h - 1 - c;
          break;  // left, bottom
        default:
          require(false, "orientation");
      }
      stored.at<uchar>(r, c) = upright.at<uchar>(y, x);
    }
  }
  return stored;
}

double max_difference(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() ? cv::norm(a, b, cv::NORM_INF) : 256;
}

void write_image(const std::filesystem::path& path, const cv::Mat& gray, int format, int dpi) {
  const bool bilevel = format == IFF_TIFF_G4 || format == IFF_TIFF_G3;
  PIX* pix = to_pix(gray, bilevel);
  if (dpi > 0) pixSetResolution(pix, dpi, dpi);
  if (format == IFF_JP2) {  // Leptonica's usual quality is lossy
    require(pixWriteJp2k(path.c_str(), pix, 45, 3, 0, 0) == 0, path.c_str());
  } else if (format == IFF_JFIF_JPEG) {
    require(pixWriteJpeg(path.c_str(), pix, 95, 0) == 0, path.c_str());
  } else if (format == IFF_WEBP) {
    require(pixWriteWebP(path.c_str(), pix, 90, /*lossless=*/1) == 0, path.c_str());
  } else {
    require(pixWrite(path.c_str(), pix, format) == 0, path.c_str());
  }
  pixDestroy(&pix);
}

void write_tiff(const std::filesystem::path& path, const std::vector<TiffSample>& pages) {
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  require(tiff != nullptr, path.c_str());
  for (const TiffSample& page : pages) write_tiff_page(tiff, page);
  TIFFClose(tiff);
}

std::string with_exif(const std::string& jpeg, int orientation, int dpi, bool big_endian) {
  std::string block;
  const auto put = [&](unsigned value, int bytes) {
    for (int i = 0; i < bytes; ++i) block += static_cast<char>(value >> 8 * (big_endian ? bytes - 1 - i : i));
  };
  const auto entry = [&](int tag, int type, int value) {
    put(tag, 2), put(type, 2), put(1, 4);
    if (type == 3) {
      put(value, 2), put(0, 2);
    } else {
      put(value, 4);
    }
  };
  block += big_endian ? "MM" : "II";
  put(42, 2), put(8, 4);
  constexpr int kShort = 3, kRational = 5;
  const int entries = dpi > 0 ? 4 : 1, values_at = 8 + 2 + 12 * entries + 4;
  put(entries, 2);
  entry(0x0112, kShort, orientation);
  if (dpi > 0) {
    entry(0x011A, kRational, values_at);
    entry(0x011B, kRational, values_at);
    entry(0x0128, kShort, 2);
  }
  put(0, 4);
  if (dpi > 0) put(dpi, 4), put(1, 4);
  const std::size_t length = 2 + 6 + block.size();
  std::string marker = "\xFF\xE1";
  marker += static_cast<char>(length >> 8);
  marker += static_cast<char>(length);
  marker += std::string("Exif\0\0", 6);
  return jpeg.substr(0, 2) + marker + block + jpeg.substr(2);
}

void write_pdf(const std::filesystem::path& path, const std::vector<PdfSample>& pages,
               const std::string& password) {
  QPDF pdf;
  pdf.emptyPDF();
  QPDFPageDocumentHelper tree(pdf);
  for (const PdfSample& page : pages) {
    QPDFObjectHandle objects = QPDFObjectHandle::newDictionary();
    for (std::size_t i = 0; i < page.images.size(); ++i) {
      const cv::Mat gray = page.images[i].clone();
      QPDFObjectHandle image = pdf.newStream(std::string(gray.datastart, gray.dataend));
      image.replaceDict(QPDFObjectHandle::parse(
          "<</Type/XObject /Subtype/Image /ColorSpace/DeviceGray /BitsPerComponent 8 /Width " +
          std::to_string(gray.cols) + " /Height " + std::to_string(gray.rows) + ">>"));
      objects.replaceKey("/Im" + std::to_string(i), image);
    }
    for (std::size_t i = 0; i < page.stored.size(); ++i) {
      QPDFObjectHandle image = pdf.newStream(page.stored[i].data);
      image.replaceDict(
          QPDFObjectHandle::parse("<</Type/XObject /Subtype/Image " + page.stored[i].dictionary + ">>"));
      if (!page.stored[i].jbig2_globals.empty()) {
        QPDFObjectHandle parameters = QPDFObjectHandle::newDictionary();
        parameters.replaceKey("/JBIG2Globals", pdf.newStream(page.stored[i].jbig2_globals));
        image.getDict().replaceKey("/DecodeParms", parameters);
      }
      objects.replaceKey("/Stored" + std::to_string(i), image);
    }
    if (!page.form.empty()) {
      QPDFObjectHandle form = pdf.newStream(page.form);
      QPDFObjectHandle dictionary =
          QPDFObjectHandle::parse("<</Type/XObject /Subtype/Form /BBox [0 0 9999 9999]>>");
      QPDFObjectHandle inner = QPDFObjectHandle::newDictionary();
      inner.replaceKey("/XObject", objects.shallowCopy());
      dictionary.replaceKey("/Resources", inner);
      form.replaceDict(dictionary);
      objects.replaceKey("/Fm0", form);
    }
    QPDFObjectHandle resources = QPDFObjectHandle::parse(
        "<</Font <</F1 <</Type/Font /Subtype/Type1 /BaseFont/Helvetica>> >> " + page.resource_entries + ">>");
    resources.replaceKey("/XObject", objects);
    QPDFObjectHandle object = pdf.makeIndirectObject(
        QPDFObjectHandle::parse("<</Type/Page /MediaBox [0 0 " + std::to_string(page.width_pt) + " " +
                                std::to_string(page.height_pt) + "] /Rotate " + std::to_string(page.rotate) +
                                page.page_entries + ">>"));
    object.replaceKey("/Resources", resources);
    object.replaceKey("/Contents", pdf.newStream(page.content));
    tree.addPage(QPDFPageObjectHelper(object), /*first=*/false);
  }
  QPDFWriter writer(pdf, path.c_str());
  writer.setStaticID(true);
  writer.setDecodeLevel(qpdf_dl_none);
  if (!password.empty()) {
    writer.setR6EncryptionParameters(password.c_str(), password.c_str(), true, true, true, true, true, true,
                                     qpdf_r3p_full, true);
  }
  writer.write();
}

}  // namespace ocrbatch::io
