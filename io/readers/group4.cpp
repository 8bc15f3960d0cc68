#include "io/readers/group4.h"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "io/readers/packed_samples.h"

namespace ocrbatch::io {
namespace {

// libtiff decodes Group 4, from files: this is one of one strip, in memory.
class MemoryTiff {
 public:
  MemoryTiff(const std::uint8_t* data, std::size_t bytes, int width_px, int height_px) {
    struct Entry {
      std::uint16_t tag;
      std::uint32_t value;
    };
    constexpr std::uint32_t kEntries = 9, kHeaderBytes = 8, kDirectoryBytes = 2 + 12 * kEntries + 4;
    const std::array<Entry, kEntries> entries = {
        Entry{TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(width_px)},
        Entry{TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(height_px)},
        Entry{TIFFTAG_BITSPERSAMPLE, 1},
        Entry{TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4},
        Entry{TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE},
        Entry{TIFFTAG_STRIPOFFSETS, kHeaderBytes + kDirectoryBytes},
        Entry{TIFFTAG_SAMPLESPERPIXEL, 1},
        Entry{TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(height_px)},
        Entry{TIFFTAG_STRIPBYTECOUNTS, static_cast<std::uint32_t>(bytes)}};
    const auto put = [&](std::uint32_t value, int count) {
      for (int i = 0; i < count; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> 8 * i));
    };
    for (const char c : {'I', 'I'}) bytes_.push_back(static_cast<std::uint8_t>(c));
    put(42, 2);
    put(kHeaderBytes, 4);
    put(kEntries, 2);
    for (const Entry& entry : entries) {
      constexpr std::uint32_t kLong = 4;
      put(entry.tag, 2);
      put(kLong, 2);
      put(1, 4);
      put(entry.value, 4);
    }
    put(0, 4);
    bytes_.insert(bytes_.end(), data, data + bytes);
  }

  static tmsize_t read(thandle_t handle, void* out, tmsize_t size) {
    auto& self = *static_cast<MemoryTiff*>(handle);
    const std::size_t left = self.bytes_.size() - std::min(self.bytes_.size(), self.position_);
    const std::size_t taken = std::min(left, static_cast<std::size_t>(std::max<tmsize_t>(size, 0)));
    std::memcpy(out, self.bytes_.data() + self.position_, taken);
    self.position_ += taken;
    return static_cast<tmsize_t>(taken);
  }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    auto& self = *static_cast<MemoryTiff*>(handle);
    if (whence == SEEK_CUR) offset += self.position_;
    if (whence == SEEK_END) offset += self.bytes_.size();
    self.position_ = std::min<std::size_t>(offset, self.bytes_.size());
    return self.position_;
  }
  static toff_t size(thandle_t handle) { return static_cast<MemoryTiff*>(handle)->bytes_.size(); }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static int close(thandle_t) { return 0; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t position_ = 0;
};

// Data that is at odds with itself is decoded as far as it goes, with a message: the only sign of damage.
int note_message(TIFF*, void* seen, const char*, const char*, va_list) {
  *static_cast<bool*>(seen) = true;
  return 1;
}

}  // namespace

std::optional<cv::Mat> decode_group_4(const std::uint8_t* data, std::size_t bytes, int width_px,
                                      int height_px) {
  if (width_px <= 0 || height_px <= 0 || bytes > 0xFFFF0000U) return std::nullopt;
  MemoryTiff file(data, bytes, width_px, height_px);
  bool complained = false;
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                 TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), note_message, &complained);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), note_message, &complained);
  const std::unique_ptr<TIFF, decltype(&TIFFClose)> tiff(
      TIFFClientOpenExt("group 4", "rm", &file, MemoryTiff::read, MemoryTiff::write, MemoryTiff::seek,
                        MemoryTiff::close, MemoryTiff::size, nullptr, nullptr, options.get()),
      TIFFClose);
  if (!tiff) return std::nullopt;
  std::vector<std::uint8_t> bits(static_cast<std::size_t>(TIFFScanlineSize(tiff.get())));
  const PackedSamples samples(1, {255, 0});
  cv::Mat gray(height_px, width_px, CV_8UC1);
  for (int y = 0; y < height_px; ++y) {
    if (TIFFReadScanline(tiff.get(), bits.data(), static_cast<std::uint32_t>(y), 0) != 1 || complained)
      return std::nullopt;
    samples.unpack(bits.data(), width_px, gray.ptr<std::uint8_t>(y));
  }
  return gray;
}

}  // namespace ocrbatch::io
