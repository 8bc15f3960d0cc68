// Files that the tests of io/ read: made here, so that every expected value is known.
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ocrbatch::io {

// A folder of its own for each object, removed with it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view bytes);

// 64 x 40, white, a black bar at the top left and a gray (128) one at the top right: no two of the eight
// orientations look the same.
cv::Mat sample_page();
cv::Mat sample_bilevel();  // the same without the gray bar: pixels are 0 or 255

// What a file with that orientation tag stores of an upright page, by the tag's definition in the TIFF
// standard.
cv::Mat stored_as(const cv::Mat& upright, int orientation);

// Greatest difference between two images; 256 when their sizes differ.
double max_difference(const cv::Mat& a, const cv::Mat& b);

// Written by Leptonica (IFF_...), at `dpi` where the format holds it. Bilevel formats get pixels below 128 as
// ink.
void write_image(const std::filesystem::path& path, const cv::Mat& gray, int format, int dpi = 0);

struct TiffSample {
  cv::Mat gray;
  int compression = 1;  // COMPRESSION_...; fax compressions store one bit a pixel
  int orientation = 1;
  double dpi = 0;  // 0: no tags
  bool tiled = false;
  bool preview = false;  // flagged as a reduced image
  bool cmyk = false;     // four samples: the gray as black ink
};
void write_tiff(const std::filesystem::path& path, const std::vector<TiffSample>& pages);

// JPEG bytes with an EXIF block (orientation and, if not 0, resolution) put behind the start marker.
std::string with_exif(const std::string& jpeg, int orientation, int dpi, bool big_endian = false);

// An image XObject as it is to stand in the file: data in the dictionary's /Filter.
struct PdfImage {
  std::string dictionary, data;
  std::string jbig2_globals = "";  // segments that the image's parameters refer to
};

struct PdfSample {
  std::string content;               // operators; image XObjects are /Im0, /Im1, ...
  std::vector<cv::Mat> images = {};  // 8-bit gray
  double width_pt = 612, height_pt = 792;
  int rotate = 0;
  std::string form = "";  // if not empty: operators of the form XObject /Fm0, which can draw the images too
  std::vector<PdfImage> stored = {};  // /Stored0, ...
  std::string page_entries = "", resource_entries = "";
};
// Pages under one flat page tree. A password encrypts the file (256-bit AES).
void write_pdf(const std::filesystem::path& path, const std::vector<PdfSample>& pages,
               const std::string& password = "");

}  // namespace ocrbatch::io
