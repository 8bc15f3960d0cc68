// Where a PDF page's content puts images, and how much text of which size it shows: the few operators that
// matter, run over qpdf's tokens.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFTokenizer.hh>
#include <string>
#include <string_view>
#include <vector>

namespace ocrbatch::io {

struct Rect {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  double area() const { return std::max(0.0, x1 - x0) * std::max(0.0, y1 - y0); }
};

Rect intersect(const Rect& a, const Rect& b);

struct Matrix {
  double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;
};

Matrix concat(const Matrix& m, const Matrix& n);  // first m, then n

double number_value(std::string_view token);  // of a number in content

struct PlacedImage {
  double share = 0;             // of the page's area
  double dpi_x = 0, dpi_y = 0;  // pixels per inch along the page's axes (before /Rotate)
  std::size_t text_before = 0;  // bytes of visible text drawn before it
};

// Throws std::exception for content that is too large to be looked through.
class ContentImages {
 public:
  explicit ContentImages(const Rect& page) : page_(page) {}

  void run(const std::string& content, QPDFObjectHandle resources, Matrix ctm, int depth);

  // The size that `share` (0 to 1) of the visible text does not exceed, as it stands on the page; 0 without
  // text.
  double text_size_pt(double share) const;

  std::vector<PlacedImage> images;
  std::size_t visible_text = 0;  // bytes

 private:
  void draw(const std::string& name, QPDFObjectHandle resources, const Matrix& ctm, int depth);
  void place(int width_px, int height_px, const Matrix& ctm);
  void read_inline_image(QPDFTokenizer& tokenizer, const std::shared_ptr<InputSource>& input,
                         const Matrix& ctm);

  Rect page_;
  std::map<int, std::size_t> text_of_size_;  // bytes of visible text by tenths of a point
  std::size_t content_bytes_ = 0;
  int forms_ = 0;
};

// Appends a stream's decoded data; false when that fails. Throws when the content gets too large.
bool append_stream(QPDFObjectHandle stream, std::string* content);

// The integer under a dictionary's key, else 0.
int integer(QPDFObjectHandle dictionary, const char* key);

}  // namespace ocrbatch::io
