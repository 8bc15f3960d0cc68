#include "tests/support/documents.h"

#include <leptonica/allheaders.h>

#include <fstream>
#include <memory>
#include <random>
#include <stdexcept>

namespace ocrbatch::testing {

cv::Mat bar_line(std::uint32_t seed, int width_px, int height_px) {
  std::mt19937 random(seed);
  cv::Mat page(height_px, width_px, CV_8UC1, cv::Scalar(255));
  const int margin = height_px / 4;
  int x = margin;
  while (x < width_px - margin) {
    const int bar = 2 + static_cast<int>(random() % 5);
    const int top = margin + static_cast<int>(random() % static_cast<unsigned>(height_px / 4));
    const cv::Rect ink(x, top, std::min(bar, width_px - margin - x), height_px - margin - top);
    page(ink).setTo(0);
    x += bar + 2 + static_cast<int>(random() % 6);
  }
  return page;
}

cv::Mat bar_page(std::uint32_t seed, int lines, int width_px, int height_px) {
  cv::Mat page(height_px, width_px, CV_8UC1, cv::Scalar(255));
  const int pitch = height_px / (lines + 1), line_height = pitch * 3 / 4;
  for (int i = 0; i < lines; ++i) {
    const cv::Mat line = bar_line(seed * 1000 + static_cast<std::uint32_t>(i), width_px * 4 / 5, line_height);
    line.copyTo(page(cv::Rect(width_px / 10, pitch / 2 + i * pitch, line.cols, line.rows)));
  }
  return page;
}

void write_text(const std::filesystem::path& file, const std::string& content) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

void write_pgm(const std::filesystem::path& file, const cv::Mat& gray) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  stream << "P5\n" << gray.cols << " " << gray.rows << "\n255\n";
  for (int y = 0; y < gray.rows; ++y) stream.write(reinterpret_cast<const char*>(gray.ptr(y)), gray.cols);
}

void write_tiff(const std::filesystem::path& file, const std::vector<cv::Mat>& pages) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  const char* mode = "w";
  for (const cv::Mat& page : pages) {
    Pix* pix = pixCreate(page.cols, page.rows, 8);
    pixSetResolution(pix, 300, 300);
    for (int y = 0; y < page.rows; ++y)
      for (int x = 0; x < page.cols; ++x) pixSetPixel(pix, x, y, page.at<unsigned char>(y, x));
    const bool failed = pixWriteTiff(file.c_str(), pix, IFF_TIFF_PACKBITS, mode) != 0;
    pixDestroy(&pix);
    if (failed) throw std::runtime_error("cannot write " + file.string());
    mode = "a";
  }
}

void write_endless_pdf(const std::filesystem::path& file) {
  std::string pdf =
      "%PDF-1.4\n"
      "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
      "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
      "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</XObject<</F 10 0 R>>>>"
      "/Contents 4 0 R>>endobj\n"
      "4 0 obj<</Length 5>>stream\n/F Do\nendstream endobj\n";
  const std::string ten_times = "/F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do ";
  for (int level = 10; level < 22; ++level)
    pdf += std::to_string(level) +
           " 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</F " +
           std::to_string(level + 1) + " 0 R>>>>/Length " + std::to_string(ten_times.size()) + ">>stream\n" +
           ten_times + "\nendstream endobj\n";
  pdf +=
      "22 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Length 19>>stream\n"
      "10 10 m 500 700 l S\nendstream endobj\n"
      "trailer<</Root 1 0 R/Size 23>>\n%%EOF\n";
  write_text(file, pdf);
}

}  // namespace ocrbatch::testing
