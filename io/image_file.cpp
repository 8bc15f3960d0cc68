#include "io/image_file.h"

#include "io/readers/pix.h"
#include "io/writer.h"

namespace ocrbatch::io {

void write_png(const std::filesystem::path& file, const cv::Mat& gray) {
  const PixPtr pix(pixCreate(gray.cols, gray.rows, 8));
  for (int y = 0; pix && y < gray.rows; ++y) {
    l_uint32* const row = pixGetData(pix.get()) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(pix.get());
    for (int x = 0; x < gray.cols; ++x) SET_DATA_BYTE(row, x, gray.at<uchar>(y, x));
  }
  if (!pix || pixWrite(file.c_str(), pix.get(), IFF_PNG) != 0)
    throw OutputError(file.string() + ": cannot be written");
}

}  // namespace ocrbatch::io
