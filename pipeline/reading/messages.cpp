#include "pipeline/reading/messages.h"

#include <cereal/archives/binary.hpp>
#include <sstream>
#include <type_traits>

namespace cereal {

// Instead of cereal's own functions for strings and vectors, which allocate what the bytes claim before they
// find out that it is not there.
constexpr std::uint32_t kMostStringBytes = 1 << 20;

template <class Archive>
void save(Archive& archive, const std::string& text) {
  archive(static_cast<std::uint32_t>(text.size()));
  archive(binary_data(text.data(), text.size()));
}
template <class Archive>
void load(Archive& archive, std::string& text) {
  std::uint32_t size = 0;
  archive(size);
  if (size > kMostStringBytes) throw Exception("a string is too long");
  text.resize(size);
  archive(binary_data(text.data(), size));
}

template <class Archive, class T>
void save(Archive& archive, const std::vector<T>& items) {
  archive(static_cast<std::uint32_t>(items.size()));
  for (const T& item : items) archive(item);
}
template <class Archive, class T>
void load(Archive& archive, std::vector<T>& items) {
  std::uint32_t size = 0;
  archive(size);
  items.clear();
  for (std::uint32_t i = 0; i < size; ++i) archive(items.emplace_back());  // throws at the message's end
}

template <class Archive>
void serialize(Archive& archive, cv::Point2f& point) {
  archive(point.x, point.y);
}
template <class Archive>
void serialize(Archive& archive, cv::Matx23f& matrix) {
  for (float& value : matrix.val) archive(value);
}

}  // namespace cereal

namespace ocrbatch::io {

template <class Archive>
void serialize(Archive& archive, Error& error) {
  archive(error.code, error.message);
}
template <class Archive>
void serialize(Archive& archive, ReadOptions& options) {
  archive(options.dpi, options.max_megapixels);
}
template <class Archive>
void serialize(Archive& archive, PageSize& size) {
  archive(size.width_px, size.height_px, size.dpi);
}
template <class Archive>
void serialize(Archive& archive, Box& box) {
  archive(box.x0, box.y0, box.x1, box.y1);
}
template <class Archive>
void serialize(Archive& archive, Point& point) {
  archive(point.x, point.y);
}

// What the layout fills in of the tree; the rest comes later.
template <class Archive>
void serialize(Archive& archive, Line& line) {
  archive(line.bbox, line.baseline_start, line.baseline_end);
}
template <class Archive>
void serialize(Archive& archive, Paragraph& paragraph) {
  archive(paragraph.bbox, paragraph.lines);
}
template <class Archive>
void serialize(Archive& archive, Block& block) {
  archive(block.bbox, block.paragraphs);
}

}  // namespace ocrbatch::io

namespace ocrbatch::kernels {

template <class Archive>
void serialize(Archive& archive, LineGeometry& line) {
  archive(line.baseline_start, line.baseline_end, line.ascent_px, line.descent_px, line.x_height_px);
  for (float& px : line.bend_px) archive(px);
}
template <class Archive>
void serialize(Archive& archive, LinePreparation& options) {
  archive(options.height_px, options.max_width_px, options.vertical_margin, options.horizontal_margin,
          options.suppress_neighbours);
}
template <class Archive>
void serialize(Archive& archive, PreparedLine& line) {
  archive(line.to_page);
}

}  // namespace ocrbatch::kernels

namespace ocrbatch::pipeline {

template <class Archive>
void serialize(Archive& archive, PageReadingOptions& options) {
  archive(options.read, options.layout, options.lines);
}
template <class Archive>
void serialize(Archive& archive, WorkerSetup& setup) {
  archive(setup.options, setup.memory_bytes);
}
template <class Archive>
void serialize(Archive& archive, WorkerHello& hello) {
  archive(hello.protocol);
}
template <class Archive>
void serialize(Archive& archive, ImageView& view) {
  std::uint8_t as_one_line = view.as_one_line ? 1 : 0;  // a bool must not be loaded from any byte
  archive(view.turn_deg, view.trim, as_one_line);
  view.as_one_line = as_one_line != 0;
}
template <class Archive>
void serialize(Archive& archive, WorkerRequest& request) {
  archive(request.kind, request.document, request.index, request.view, request.cpu_seconds);
}
template <class Archive>
void serialize(Archive& archive, LetterNeighbours& neighbours) {
  archive(neighbours.beside, neighbours.above_or_below);
}
template <class Archive>
void serialize(Archive& archive, PageLayout& layout) {
  std::uint8_t may_be_one_line = layout.may_be_one_line ? 1 : 0;
  archive(layout.blocks, layout.geometries, layout.doubts, layout.neighbours, may_be_one_line);
  layout.may_be_one_line = may_be_one_line != 0;
}
template <class Archive>
void serialize(Archive& archive, SentPage::Size& size) {
  archive(size.rows, size.cols);
}
template <class Archive>
void serialize(Archive& archive, SentPage& sent) {
  ReadPage& page = sent.page;
  std::uint8_t failed = page.error.has_value() ? 1 : 0;
  archive(failed, page.decode_ms, page.layout_ms, page.cut_ms);
  if (failed != 0) {
    if (!page.error) page.error.emplace();
    archive(*page.error);
  } else {
    archive(page.width_px, page.height_px, page.dpi, page.rotation_deg, page.layout, page.lines, sent.sizes);
  }
}

namespace {

template <class Message>
std::string to_bytes(const Message& message) {
  std::ostringstream stream;
  cereal::BinaryOutputArchive archive(stream);
  archive(message);
  return std::move(stream).str();
}

template <class Value>
std::string result_to_bytes(const io::Result<Value>& result) {
  std::ostringstream stream;
  cereal::BinaryOutputArchive archive(stream);
  archive(result.ok());
  if (result)
    archive(result.value());
  else
    archive(result.error());
  return std::move(stream).str();
}

void check_end(std::istream& stream) {
  if (stream.peek() != std::istream::traits_type::eof()) throw cereal::Exception("the message goes on");
}

template <class Message>
void from_bytes(const std::string& bytes, Message& message) {
  std::istringstream stream(bytes);
  cereal::BinaryInputArchive archive(stream);
  archive(message);
  check_end(stream);
}

template <class Value>
void result_from_bytes(const std::string& bytes, io::Result<Value>& result) {
  std::istringstream stream(bytes);
  cereal::BinaryInputArchive archive(stream);
  std::uint8_t ok = 0;
  archive(ok);
  if (ok != 0) {
    Value value{};
    archive(value);
    result = std::move(value);
  } else {
    io::Error error;
    archive(error);
    result = std::move(error);
  }
  check_end(stream);
}

}  // namespace

std::string encode(const WorkerSetup& setup) {
  return to_bytes(setup);
}
std::string encode(const WorkerHello& hello) {
  return to_bytes(hello);
}
std::string encode(const WorkerRequest& request) {
  return to_bytes(request);
}
std::string encode(const io::Result<int>& page_count) {
  return result_to_bytes(page_count);
}
std::string encode(const io::Result<io::PageSize>& size) {
  return result_to_bytes(size);
}
std::string encode(const SentPage& page) {
  return to_bytes(page);
}

void decode(const std::string& bytes, WorkerSetup& setup) {
  from_bytes(bytes, setup);
}
void decode(const std::string& bytes, WorkerHello& hello) {
  from_bytes(bytes, hello);
}
void decode(const std::string& bytes, WorkerRequest& request) {
  from_bytes(bytes, request);
}
void decode(const std::string& bytes, io::Result<int>& page_count) {
  result_from_bytes(bytes, page_count);
}
void decode(const std::string& bytes, io::Result<io::PageSize>& size) {
  result_from_bytes(bytes, size);
}
void decode(const std::string& bytes, SentPage& page) {
  from_bytes(bytes, page);
}

}  // namespace ocrbatch::pipeline
