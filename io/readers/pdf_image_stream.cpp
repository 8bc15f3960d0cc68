#include "io/readers/pdf_image_stream.h"

#include <leptonica/allheaders.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <qpdf/Buffer.hh>
#include <qpdf/Pipeline.hh>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/readers/group4.h"
#include "io/readers/jbig2.h"
#include "io/readers/packed_samples.h"
#include "io/readers/pdf_content.h"
#include "io/readers/pix.h"

namespace ocrbatch::io {
namespace {

// How samples become gray.
struct Colours {
  int components = 1;
  std::vector<std::uint8_t> palette;  // gray of each index; empty: samples are colours
};

QPDFObjectHandle array_item(QPDFObjectHandle array, int index) {
  return array.isArray() && index < array.getArrayNItems() ? array.getArrayItem(index)
                                                           : QPDFObjectHandle::newNull();
}

// 1 for gray, 3 for RGB, 0 for anything else, among it what needs a colour profile to be looked at.
int component_count(QPDFObjectHandle space) {
  QPDFObjectHandle family = space.isArray() ? array_item(space, 0) : space;
  if (family.isNameAndEquals("/DeviceGray") || family.isNameAndEquals("/CalGray")) return 1;
  if (family.isNameAndEquals("/DeviceRGB") || family.isNameAndEquals("/CalRGB")) return 3;
  QPDFObjectHandle profile = array_item(space, 1);
  if (!family.isNameAndEquals("/ICCBased") || !profile.isStream()) return 0;
  const int count = integer(profile.getDict(), "/N");
  return count == 1 || count == 3 ? count : 0;
}

std::uint8_t gray_of(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  return cv::saturate_cast<std::uint8_t>(0.299 * red + 0.587 * green + 0.114 * blue);
}

std::optional<Colours> colours_of(QPDFObjectHandle space) {
  Colours colours;
  if (!array_item(space, 0).isNameAndEquals("/Indexed")) {
    colours.components = component_count(space);
    return colours.components > 0 ? std::optional(colours) : std::nullopt;
  }
  const int base = component_count(array_item(space, 1));
  QPDFObjectHandle table = array_item(space, 3);
  std::string bytes;
  if (table.isString()) {
    bytes = table.getStringValue();
  } else if (table.isStream()) {
    append_stream(table, &bytes);
  }
  if (base == 0) return std::nullopt;
  for (std::size_t i = 0; i + static_cast<std::size_t>(base) <= bytes.size() && colours.palette.size() < 256;
       i += static_cast<std::size_t>(base)) {
    const auto* const c = reinterpret_cast<const std::uint8_t*>(bytes.data()) + i;
    colours.palette.push_back(base == 1 ? c[0] : gray_of(c[0], c[1], c[2]));
  }
  return colours.palette.empty() ? std::nullopt : std::optional(colours);
}

// Whether /Decode turns black to white; nothing where it does more than that.
std::optional<bool> inverted(QPDFObjectHandle dictionary, const Colours& colours) {
  QPDFObjectHandle decode = dictionary.getKey("/Decode");
  if (decode.isNull()) return false;
  if (!decode.isArray() || decode.getArrayNItems() != 2 * colours.components || !colours.palette.empty())
    return std::nullopt;
  bool plain = true, turned = true;
  for (int i = 0; i < decode.getArrayNItems(); ++i) {
    QPDFObjectHandle value = decode.getArrayItem(i);
    if (!value.isNumber()) return std::nullopt;
    plain = plain && value.getNumericValue() == i % 2;
    turned = turned && value.getNumericValue() == 1 - i % 2;
  }
  return plain ? std::optional(false) : turned ? std::optional(true) : std::nullopt;
}

// A stream's bytes, at most `limit` of them.
class LimitedBuffer : public Pipeline {
 public:
  LimitedBuffer(std::vector<std::uint8_t>* bytes, std::size_t limit)
      : Pipeline("image", nullptr), bytes_(bytes), limit_(limit) {}
  void write(const unsigned char* data, std::size_t size) override {
    if (bytes_->size() + size > limit_) throw std::runtime_error("the image's data is larger than the image");
    bytes_->insert(bytes_->end(), data, data + size);
  }
  void finish() override {}

 private:
  std::vector<std::uint8_t>* bytes_;
  std::size_t limit_;
};

cv::Mat reduced(const cv::Mat& image, int reduction) {
  if (reduction == 1 || image.empty()) return image;
  cv::Mat smaller;
  cv::resize(image, smaller,
             {(image.cols + reduction - 1) / reduction, (image.rows + reduction - 1) / reduction}, 0, 0,
             cv::INTER_AREA);
  return smaller;
}

struct ImageFacts {
  QPDFObjectHandle dictionary;
  int width = 0, height = 0, bits = 8;
  bool mask = false;
};

std::size_t stride_of(const ImageFacts& image, const Colours& colours) {
  return (static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.bits) *
              static_cast<std::size_t>(colours.components) +
          7) /
         8;
}

// Gray of `rows`, one stride_of() long each.
cv::Mat gray_of_samples(std::vector<std::uint8_t>& rows, const ImageFacts& image, const Colours& colours,
                        bool invert) {
  const std::size_t stride = stride_of(image, colours);
  cv::Mat gray;
  if (colours.components == 3) {
    cv::cvtColor(cv::Mat(image.height, image.width, CV_8UC3, rows.data(), stride), gray, cv::COLOR_RGB2GRAY);
    if (invert) cv::bitwise_not(gray, gray);
    return gray;
  }
  const int most = (1 << image.bits) - 1;
  std::array<std::uint8_t, 256> table;
  for (int i = 0; i < 256; ++i) {
    int value = std::min(i, most) * 255 / most;
    if (!colours.palette.empty())
      value = colours.palette[std::min(static_cast<std::size_t>(i), colours.palette.size() - 1)];
    table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(invert ? 255 - value : value);
  }
  if (image.bits == 8) {
    cv::LUT(cv::Mat(image.height, image.width, CV_8UC1, rows.data(), stride),
            cv::Mat(1, 256, CV_8UC1, table.data()), gray);
    return gray;
  }
  const PackedSamples samples(image.bits, table);
  gray.create(image.height, image.width, CV_8UC1);
  for (int y = 0; y < image.height; ++y)
    samples.unpack(rows.data() + stride * static_cast<std::size_t>(y), image.width,
                   gray.ptr<std::uint8_t>(y));
  return gray;
}

std::optional<cv::Mat> decode_samples(QPDFObjectHandle stream, const ImageFacts& image,
                                      const Colours& colours, bool invert) {
  if (image.bits != 8 && (colours.components != 1 || (image.bits != 1 && image.bits != 2 && image.bits != 4)))
    return std::nullopt;
  const std::size_t wanted = stride_of(image, colours) * static_cast<std::size_t>(image.height);
  std::vector<std::uint8_t> rows;
  constexpr std::size_t kSlack = 64;  // writers pad
  LimitedBuffer buffer(&rows, wanted + kSlack);
  if (!stream.pipeStreamData(&buffer, nullptr, 0, qpdf_dl_specialized, /*suppress_warnings=*/true) ||
      rows.size() < wanted)
    return std::nullopt;
  return gray_of_samples(rows, image, colours, invert);
}

std::optional<cv::Mat> decode_jbig2_stream(QPDFObjectHandle stream, QPDFObjectHandle parameters,
                                           const ImageFacts& image, const Colours& colours, bool invert) {
  if (image.bits != 1 || colours.components != 1) return std::nullopt;
  std::vector<std::uint8_t> shared;
  if (parameters.isDictionary() && parameters.getKey("/JBIG2Globals").isStream()) {
    constexpr std::size_t kMostShared = 16 << 20;  // a book's letters are a hundredth of that
    LimitedBuffer buffer(&shared, kMostShared);
    if (!parameters.getKey("/JBIG2Globals")
             .pipeStreamData(&buffer, nullptr, 0, qpdf_dl_generalized, /*suppress_warnings=*/true))
      return std::nullopt;
  }
  const auto data = stream.getRawStreamData();
  auto rows = decode_jbig2({data->getBuffer(), data->getSize()}, shared,
                           stride_of(image, colours) * static_cast<std::size_t>(image.height));
  if (!rows) return std::nullopt;
  return gray_of_samples(*rows, image, colours, invert);
}

std::optional<cv::Mat> decode_jpeg_stream(QPDFObjectHandle stream, QPDFObjectHandle parameters,
                                          const ImageFacts& image, const Colours& colours, int reduction) {
  if (parameters.isDictionary() && parameters.hasKey("/ColorTransform")) return std::nullopt;
  const auto bytes = stream.getRawStreamData();
  const l_uint8* const data = bytes->getBuffer();
  l_int32 width = 0, height = 0, components = 0, ycck = 0, cmyk = 0;
  if (readHeaderMemJpeg(data, bytes->getSize(), &width, &height, &components, &ycck, &cmyk) != 0)
    return std::nullopt;
  if (width != image.width || height != image.height || components != colours.components || ycck || cmyk ||
      !colours.palette.empty())
    return std::nullopt;
  l_int32 warnings = 0;
  PixPtr pix(
      pixReadMemJpeg(data, bytes->getSize(), /*cmflag=*/0, reduction, &warnings, L_JPEG_READ_LUMINANCE));
  if (!pix || warnings != 0) return std::nullopt;
  return to_gray(std::move(pix));
}

std::optional<cv::Mat> decode_jpeg_2000_stream(QPDFObjectHandle stream, const ImageFacts& image,
                                               int reduction) {
  QPDFObjectHandle dictionary = image.dictionary;
  if (integer(dictionary, "/SMaskInData") != 0) return std::nullopt;
  const auto bytes = stream.getRawStreamData();
  l_int32 width = 0, height = 0, bits = 0, components = 0;
  if (readHeaderMemJp2k(bytes->getBuffer(), bytes->getSize(), &width, &height, &bits, &components, nullptr) !=
      0)
    return std::nullopt;
  if (width != image.width || height != image.height || bits != 8 || (components != 1 && components != 3))
    return std::nullopt;
  PixPtr pix(
      pixReadMemJp2k(bytes->getBuffer(), bytes->getSize(), static_cast<l_uint32>(reduction), nullptr, 0, 0));
  if (!pix) return std::nullopt;
  return to_gray(std::move(pix));
}

// Decodes to one byte a pixel where black runs are 0.
std::optional<cv::Mat> decode_fax_stream(QPDFObjectHandle stream, QPDFObjectHandle parameters,
                                         const ImageFacts& image) {
  if (!parameters.isDictionary() || integer(parameters, "/K") >= 0) return std::nullopt;
  QPDFObjectHandle aligned = parameters.getKey("/EncodedByteAlign");
  if (aligned.isBool() && aligned.getBoolValue()) return std::nullopt;
  const int columns = parameters.hasKey("/Columns") ? integer(parameters, "/Columns") : 1728;
  if (columns != image.width) return std::nullopt;
  const auto bytes = stream.getRawStreamData();
  auto black_runs = decode_group_4(bytes->getBuffer(), bytes->getSize(), image.width, image.height);
  if (!black_runs) return std::nullopt;
  QPDFObjectHandle black_is_1 = parameters.getKey("/BlackIs1");
  if (black_is_1.isBool() && black_is_1.getBoolValue()) cv::bitwise_not(*black_runs, *black_runs);
  return black_runs;
}

}  // namespace

std::optional<cv::Mat> decode_image_stream(QPDFObjectHandle stream, int reduction) {
  ImageFacts image;
  image.dictionary = stream.getDict();
  for (const char* key : {"/SMask", "/Mask", "/OC"})
    if (image.dictionary.hasKey(key)) return std::nullopt;
  image.width = integer(image.dictionary, "/Width");
  image.height = integer(image.dictionary, "/Height");
  QPDFObjectHandle mask = image.dictionary.getKey("/ImageMask");
  image.mask = mask.isBool() && mask.getBoolValue();
  image.bits = image.mask ? 1 : integer(image.dictionary, "/BitsPerComponent");
  if (image.width <= 0 || image.height <= 0) return std::nullopt;

  QPDFObjectHandle filter = image.dictionary.getKey("/Filter"),
                   parameters = image.dictionary.getKey("/DecodeParms");
  if (filter.isArray()) {
    if (filter.getArrayNItems() > 1) return std::nullopt;
    filter = array_item(filter, 0);
    if (parameters.isArray()) parameters = array_item(parameters, 0);
  }
  const std::string name = filter.isName() ? filter.getName() : std::string();

  if (name == "/JPXDecode") {
    QPDFObjectHandle space = image.dictionary.getKey("/ColorSpace");
    if (!space.isNull() && component_count(space) == 0) return std::nullopt;
    if (image.dictionary.hasKey("/Decode") || image.mask) return std::nullopt;
    return decode_jpeg_2000_stream(stream, image, reduction);
  }
  // What a mask paints is ink: its samples are read as gray, 0 black.
  const auto colours = image.mask ? Colours() : colours_of(image.dictionary.getKey("/ColorSpace"));
  if (!colours) return std::nullopt;
  const auto invert = inverted(image.dictionary, *colours);
  if (!invert) return std::nullopt;
  if (name == "/DCTDecode") {
    if (image.bits != 8) return std::nullopt;
    auto gray = decode_jpeg_stream(stream, parameters, image, *colours, reduction);
    if (gray && *invert) cv::bitwise_not(*gray, *gray);
    return gray;
  }
  std::optional<cv::Mat> gray;
  if (name == "/CCITTFaxDecode") {
    if (image.bits != 1 || !colours->palette.empty() || colours->components != 1) return std::nullopt;
    gray = decode_fax_stream(stream, parameters, image);
    if (gray && *invert) cv::bitwise_not(*gray, *gray);
  } else if (name == "/JBIG2Decode") {
    gray = decode_jbig2_stream(stream, parameters, image, *colours, *invert);
  } else if (name.empty() || name == "/FlateDecode" || name == "/LZWDecode" || name == "/RunLengthDecode") {
    gray = decode_samples(stream, image, *colours, *invert);
  }
  if (gray) gray = reduced(*gray, reduction);
  return gray;
}

}  // namespace ocrbatch::io
