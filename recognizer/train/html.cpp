#include "recognizer/train/html.h"

#include <openssl/evp.h>
#include <png.h>

#include <stdexcept>
#include <vector>

#include "recognizer/edit_distance.h"

namespace ocrbatch::recognizer {

std::string html_escape(const std::string& text) {
  std::string out;
  for (const std::string& character : code_points(text)) {  // ICU replaces what is no UTF-8
    const unsigned char first = static_cast<unsigned char>(character[0]);
    if (character == "&")
      out += "&amp;";
    else if (character == "<")
      out += "&lt;";
    else if (character == ">")
      out += "&gt;";
    else if (character == "\"")
      out += "&quot;";
    else if (character == "'")
      out += "&#39;";
    else if (first == 0x7F || (first < 0x20 && character != "\n" && character != "\t"))
      out += "\uFFFD";
    else
      out += character;
  }
  return out;
}

std::string png_data_uri(const cv::Mat& gray) {
  if (gray.empty()) return "";
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(gray.cols);
  image.height = static_cast<png_uint_32>(gray.rows);
  image.format = PNG_FORMAT_GRAY;
  // Asked twice: for the room it takes, then for the bytes.
  std::vector<unsigned char> bytes;
  png_alloc_size_t size = 0;
  const auto row_stride = static_cast<png_int_32>(gray.step[0]);
  for (int i = 0; i < 2; ++i) {
    bytes.resize(size);
    if (png_image_write_to_memory(&image, size == 0 ? nullptr : bytes.data(), &size, 0, gray.data, row_stride,
                                  nullptr) == 0)
      throw std::runtime_error(std::string("a line cannot be written as PNG: ") + image.message);
  }
  std::string base64(4 * ((size + 2) / 3) + 1, '\0');  // and the 0 that EVP_EncodeBlock ends with
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), bytes.data(), static_cast<int>(size));
  base64.resize(static_cast<std::size_t>(length));
  return "data:image/png;base64," + base64;
}

}  // namespace ocrbatch::recognizer
