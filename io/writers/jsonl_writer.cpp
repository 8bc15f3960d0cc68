// JSON Lines: one record a line. Keys stand in a fixed order and numbers are rounded, so that the same pages
// give the same bytes; Boost.JSON escapes the strings (its own numbers would read 9.7E-1).
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>

#include "io/writer.h"
#include "io/writers/number_text.h"
#include "io/writers/output_file.h"
#include "io/writers/record_decimals.h"
#include "io/writers/text_encoding.h"

namespace ocrbatch::io {
namespace {

class JsonText {
 public:
  // Before a member or an array element.
  JsonText& key(const char* name) {
    comma();
    text_ += '"';
    text_ += name;
    text_ += "\":";
    fresh_ = true;
    return *this;
  }
  JsonText& element() {
    comma();
    fresh_ = true;
    return *this;
  }

  void open(char bracket) {
    text_ += bracket;
    fresh_ = true;
  }
  void close(char bracket) {
    text_ += bracket;
    fresh_ = false;
  }
  void string(std::string_view utf8) {
    raw(boost::json::serialize(boost::json::string(utf8.data(), utf8.size())));
  }
  void number(double value, int decimals) { raw(number_text(value, decimals)); }
  void integer(int value) { raw(std::to_string(value)); }
  void optional_integer(const std::optional<int>& value) { raw(value ? std::to_string(*value) : "null"); }

  std::string take() { return std::move(text_); }

 private:
  void raw(std::string_view text) {
    text_ += text;
    fresh_ = false;
  }
  void comma() {
    if (!fresh_) text_ += ',';
  }

  std::string text_;
  bool fresh_ = true;  // nothing stands before the next value in its object or array
};

void add_box(JsonText& json, const Box& box) {
  json.key("bbox").open('[');
  for (int value : {box.x0, box.y0, box.x1, box.y1}) json.element().integer(value);
  json.close(']');
}

void add_point(JsonText& json, const Point& point) {
  json.element().open('[');
  json.element().number(point.x, kCoordinateDecimals);
  json.element().number(point.y, kCoordinateDecimals);
  json.close(']');
}

void add_word(JsonText& json, const Word& word) {
  json.element().open('{');
  json.key("text").string(valid_utf8(word.text));
  add_box(json, word.bbox);
  json.key("confidence").number(word.confidence, kConfidenceDecimals);
  json.close('}');
}

void add_line(JsonText& json, const Line& line) {
  json.element().open('{');
  add_box(json, line.bbox);
  json.key("baseline").open('[');
  add_point(json, line.baseline_start);
  add_point(json, line.baseline_end);
  json.close(']');
  json.key("text").string(valid_utf8(line.text));
  json.key("confidence").number(line.confidence, kConfidenceDecimals);
  json.key("words").open('[');
  for (const Word& word : line.words) add_word(json, word);
  json.close(']');
  json.close('}');
}

void add_block(JsonText& json, const Block& block) {
  json.element().open('{');
  json.key("type").string(valid_utf8(block.type));
  add_box(json, block.bbox);
  json.key("paragraphs").open('[');
  for (const Paragraph& paragraph : block.paragraphs) {
    json.element().open('{');
    add_box(json, paragraph.bbox);
    json.key("lines").open('[');
    for (const Line& line : paragraph.lines) add_line(json, line);
    json.close(']');
    json.close('}');
  }
  json.close(']');
  json.close('}');
}

void add_error(JsonText& json, const Error& error) {
  json.key("status").string("error");
  json.key("error").open('{');
  json.key("code").string(error_code_name(error.code));
  json.key("message").string(valid_utf8(error.message));
  json.close('}');
}

void add_page(JsonText& json, const PageRecord& record) {
  const Page& page = record.page;
  json.key("status").string("ok");
  json.key("text").string(valid_utf8(page_text(page)));
  json.key("width").integer(page.width_px);
  json.key("height").integer(page.height_px);
  if (page.dpi > 0) {
    json.key("dpi").number(page.dpi, kDpiDecimals);
  } else {
    json.key("dpi").optional_integer(std::nullopt);
  }
  json.key("rotation").integer(page.rotation_deg);
  json.key("confidence").number(page_confidence(page), kConfidenceDecimals);
  json.key("blocks").open('[');
  for (const Block& block : page.blocks) add_block(json, block);
  json.close(']');
  const Provenance& provenance = record.provenance;
  json.key("provenance").open('{');
  json.key("sha256").string(valid_utf8(provenance.sha256));
  json.key("model").string(valid_utf8(provenance.model));
  json.key("model_sha256").string(valid_utf8(provenance.model_sha256));
  json.key("version").string(valid_utf8(provenance.version));
  json.key("settings").string(valid_utf8(provenance.settings));
  json.close('}');
  if (!record.timing) return;
  json.key("timing_ms").open('{');
  json.key("decode").number(record.timing->decode_ms, kTimingDecimals);
  json.key("layout").number(record.timing->layout_ms, kTimingDecimals);
  json.key("recognize").number(record.timing->recognize_ms, kTimingDecimals);
  json.close('}');
}

class JsonlFileWriter : public Writer {
 public:
  explicit JsonlFileWriter(const std::filesystem::path& file) : file_(file) {}
  void write(const PageRecord& record) override { file_.write(to_json(record) + "\n"); }
  void finish() override { file_.commit(); }

 private:
  OutputFile file_;
};

class JsonlDescriptorWriter : public Writer {
 public:
  explicit JsonlDescriptorWriter(int file_descriptor)
      : file_descriptor_(file_descriptor),
        name_(file_descriptor == 1 ? "standard output"
                                   : "file descriptor " + std::to_string(file_descriptor)) {}
  void write(const PageRecord& record) override {
    write_fully(file_descriptor_, to_json(record) + "\n", name_);
  }
  void finish() override {}

 private:
  int file_descriptor_;
  std::string name_;
};

}  // namespace

std::string to_json(const PageRecord& record) {
  JsonText json;
  json.open('{');
  json.key("schema").integer(kSchemaVersion);
  json.key("document").string(printable_name(record.document));
  json.key("page").optional_integer(record.page_number);
  json.key("pages").optional_integer(record.page_count);
  if (record.error) {
    add_error(json, *record.error);
  } else {
    add_page(json, record);
  }
  json.close('}');
  return json.take();
}

std::unique_ptr<Writer> make_jsonl_writer(const std::filesystem::path& file) {
  return std::make_unique<JsonlFileWriter>(file);
}

std::unique_ptr<Writer> make_jsonl_writer(int file_descriptor) {
  return std::make_unique<JsonlDescriptorWriter>(file_descriptor);
}

}  // namespace ocrbatch::io
