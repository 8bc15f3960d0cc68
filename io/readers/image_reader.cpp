#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "io/readers/image_format.h"
#include "io/readers/pix.h"

namespace ocrbatch::io {
namespace {

struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, FileClose>;

Error damaged(const char* format) {
  return {ErrorCode::kCorrupt,
          std::string("the ") + format + " is damaged or cut short: scan, copy or download it again"};
}

class ImageReader : public Reader {
 public:
  ImageReader(const ImageFormat& format, FilePtr file, Header header)
      : format_(format), file_(std::move(file)), header_(header) {}

  int page_count() const override { return 1; }

  Result<PageSize> page_size(int index) override {
    const bool swap = orientation_swaps_sides(header_.orientation);
    return PageSize{swap ? header_.height : header_.width, swap ? header_.width : header_.height,
                    plausible_dpi(header_.dpi)};
  }

  Result<PageImage> read_page(int index) override {
    return guarded([&]() -> Result<PageImage> {
      double decoded_dpi = 0;
      cv::Mat stored;
      if (format_.decode_gray != nullptr) stored = format_.decode_gray(file_.get());
      if (stored.empty()) {
        PixPtr pix(format_.decode(file_.get(), header_));
        if (!pix) return damaged(format_.name);
        decoded_dpi = std::max(pixGetXRes(pix.get()), pixGetYRes(pix.get()));
        stored = to_gray(std::move(pix));
      }
      if (stored.empty()) return damaged(format_.name);
      PageImage page;
      page.gray = apply_orientation(stored, header_.orientation);
      page.dpi = plausible_dpi(header_.dpi > 0 ? header_.dpi : decoded_dpi);
      page.rotation_deg = orientation_rotation_deg(header_.orientation);
      return page;
    });
  }

 private:
  const ImageFormat& format_;
  FilePtr file_;
  Header header_;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_image(const ImageFormat& format, const std::filesystem::path& path,
                                           const ReadOptions& options) {
  return guarded([&]() -> Result<std::unique_ptr<Reader>> {
    FilePtr file(std::fopen(path.c_str(), "rbe"));
    if (!file) return Error{ErrorCode::kUnreadable, std::string("cannot be opened: ") + std::strerror(errno)};
    Header header;
    if (!format.read_header(file.get(), path, header)) return damaged(format.name);
    if (!header.unsupported.empty()) {
      return Error{ErrorCode::kUnsupported,
                   header.unsupported + " cannot be read: convert it to PNG or TIFF"};
    }
    const auto size =
        check_size({header.width, header.height, 0}, options, "raise --max-megapixels to read it");
    if (!size) return size.error();
    return std::unique_ptr<Reader>(new ImageReader(format, std::move(file), header));
  });
}

double resolution(l_int32 (*get)(std::FILE*, l_int32*, l_int32*), std::FILE* file) {
  l_int32 x = 0, y = 0;
  std::rewind(file);
  return get(file, &x, &y) == 0 ? std::max(x, y) : 0;
}

bool find_marker(std::FILE* file, int code, long* position) {
  std::array<unsigned char, 1 << 16> buffer;
  if (std::fseek(file, *position, SEEK_SET) != 0) return false;
  bool after_ff = false;
  long offset = *position;
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), file)) > 0;
       offset += static_cast<long>(n)) {
    for (std::size_t i = 0; i < n; ++i) {
      if (after_ff && buffer[i] == code) {
        *position = offset + static_cast<long>(i) + 1;
        return true;
      }
      after_ff = buffer[i] == 0xFF;
    }
  }
  return false;
}

}  // namespace ocrbatch::io
