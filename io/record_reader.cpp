#include "io/record_reader.h"

#include <boost/json.hpp>
#include <cmath>
#include <exception>
#include <stdexcept>

#include "io/line_reader.h"
#include "io/writer.h"
#include "io/writers/record_decimals.h"
#include "io/writers/text_encoding.h"

namespace ocrbatch::io {
namespace {

namespace json = boost::json;

// By way of an integer, so that a double that a parser has missed by its last bit comes out the same.
double rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::isfinite(value) ? std::round(value * scale) / scale : 0;
}

template <class Visit>
void for_each_line(Page& page, Visit&& visit) {
  for (Block& block : page.blocks)
    for (Paragraph& paragraph : block.paragraphs)
      for (Line& line : paragraph.lines) visit(line);
}

[[noreturn]] void refuse() {
  throw std::invalid_argument("no record");
}

// The members of an object, each of which must be asked for.
class Members {
 public:
  explicit Members(const json::value& value) : object_(value.as_object()) {}
  const json::value& at(const char* key) {
    ++read_;
    return object_.at(key);
  }
  bool has(const char* key) const { return object_.contains(key); }
  void finish() const {
    if (read_ != object_.size()) refuse();
  }

 private:
  const json::object& object_;
  std::size_t read_ = 0;
};

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

int integer(const json::value& value) {
  return value.to_number<int>();  // throws where it is no whole number or does not fit
}

std::optional<int> optional_integer(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return integer(value);
}

double number(const json::value& value, int decimals) {
  constexpr double kLargest = 1e9;  // of coordinates and milliseconds; a larger one loses its decimals
  const double read = value.to_number<double>();
  if (!(std::abs(read) <= kLargest)) refuse();
  return rounded(read, decimals);
}

const json::array& elements(const json::value& value, std::size_t count) {
  if (value.as_array().size() != count) refuse();
  return value.as_array();
}

Box read_box(const json::value& value) {
  const json::array& array = elements(value, 4);
  return {integer(array[0]), integer(array[1]), integer(array[2]), integer(array[3])};
}

Point read_point(const json::value& value) {
  const json::array& array = elements(value, 2);
  return {number(array[0], kCoordinateDecimals), number(array[1], kCoordinateDecimals)};
}

template <class Read>
auto read_all(const json::value& value, Read&& read) {
  std::vector<decltype(read(value))> result;
  for (const json::value& element : value.as_array()) result.push_back(read(element));
  return result;
}

Word read_word(const json::value& value) {
  Members members(value);
  Word word{text(members.at("text")), read_box(members.at("bbox")),
            number(members.at("confidence"), kConfidenceDecimals)};
  members.finish();
  return word;
}

Line read_line(const json::value& value) {
  Members members(value);
  Line line;
  line.bbox = read_box(members.at("bbox"));
  const json::array& baseline = elements(members.at("baseline"), 2);
  line.baseline_start = read_point(baseline[0]);
  line.baseline_end = read_point(baseline[1]);
  line.text = text(members.at("text"));
  line.confidence = number(members.at("confidence"), kConfidenceDecimals);
  line.words = read_all(members.at("words"), read_word);
  members.finish();
  return line;
}

Paragraph read_paragraph(const json::value& value) {
  Members members(value);
  Paragraph paragraph{read_box(members.at("bbox")), read_all(members.at("lines"), read_line)};
  members.finish();
  return paragraph;
}

Block read_block(const json::value& value) {
  Members members(value);
  Block block{text(members.at("type")), read_box(members.at("bbox")),
              read_all(members.at("paragraphs"), read_paragraph)};
  members.finish();
  return block;
}

Provenance read_provenance(const json::value& value) {
  Members members(value);
  Provenance provenance{text(members.at("sha256")), text(members.at("model")),
                        text(members.at("model_sha256")), text(members.at("version")),
                        text(members.at("settings"))};
  members.finish();
  return provenance;
}

Error read_error(const json::value& value) {
  Members members(value);
  const auto code = error_code_of(text(members.at("code")));
  if (!code) refuse();
  Error error{*code, text(members.at("message"))};
  members.finish();
  return error;
}

void read_page(Members& members, PageRecord& record) {
  Page& page = record.page;
  members.at("text").as_string();
  page.width_px = integer(members.at("width"));
  page.height_px = integer(members.at("height"));
  if (const json::value& dpi = members.at("dpi"); !dpi.is_null()) page.dpi = number(dpi, kDpiDecimals);
  page.rotation_deg = integer(members.at("rotation"));
  members.at("confidence").to_number<double>();
  page.blocks = read_all(members.at("blocks"), read_block);
  record.provenance = read_provenance(members.at("provenance"));
  if (!members.has("timing_ms")) return;
  Members timing(members.at("timing_ms"));
  record.timing = {number(timing.at("decode"), kTimingDecimals), number(timing.at("layout"), kTimingDecimals),
                   number(timing.at("recognize"), kTimingDecimals)};
  timing.finish();
}

RecordHead read_head(Members& members) {
  RecordHead head;
  if (integer(members.at("schema")) != kSchemaVersion) refuse();
  const auto document = name_of_printable(text(members.at("document")));
  if (!document || document->empty()) refuse();
  head.document = *document;
  head.page_number = optional_integer(members.at("page"));
  head.page_count = optional_integer(members.at("pages"));
  if (head.page_number.has_value() != head.page_count.has_value()) refuse();
  if (head.page_number && (*head.page_number < 1 || *head.page_number > *head.page_count)) refuse();
  const std::string status = text(members.at("status"));
  head.ok = status == "ok" && head.page_number;
  if (!head.ok && status != "error") refuse();
  return head;
}

PageRecord read_whole(const json::value& value) {
  Members members(value);
  const RecordHead head = read_head(members);
  PageRecord record;
  record.document = head.document;
  record.page_number = head.page_number;
  record.page_count = head.page_count;
  if (head.ok) {
    read_page(members, record);
  } else {
    record.error = read_error(members.at("error"));
  }
  members.finish();
  return record;
}

constexpr int kHeadKeys = 5;  // those of read_head: they come first

// The line up to the comma behind the last of the head's keys; empty when there is none.
std::string_view head_of(std::string_view line) {
  bool in_string = false;
  int commas = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && c == ',' && ++commas == kHeadKeys) {
      return line.substr(0, i);
    }
  }
  return {};
}

}  // namespace

void round_as_written(PageRecord& record) {
  record.page.dpi = rounded(record.page.dpi, kDpiDecimals);
  for_each_line(record.page, [](Line& line) {
    line.confidence = rounded(line.confidence, kConfidenceDecimals);
    for (Point* point : {&line.baseline_start, &line.baseline_end}) {
      point->x = rounded(point->x, kCoordinateDecimals);
      point->y = rounded(point->y, kCoordinateDecimals);
    }
    for (Word& word : line.words) word.confidence = rounded(word.confidence, kConfidenceDecimals);
  });
  if (!record.timing) return;
  for (double* value : {&record.timing->decode_ms, &record.timing->layout_ms, &record.timing->recognize_ms})
    *value = rounded(*value, kTimingDecimals);
}

std::optional<PageRecord> read_record(std::string_view line) {
  try {
    // The deepest record nests 12 levels; the parser's limit of 32 stands against hostile ones.
    return read_whole(json::parse(json::string_view(line.data(), line.size())));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void for_each_record(int file, const std::vector<ByteRange>& ranges, const std::string& name,
                     const std::function<void(PageRecord&&)>& take) {
  for (const ByteRange& range : ranges) {
    LineReader lines(file, range, name);
    for (std::string_view line; lines.next(line);) {
      auto record = read_record(line);
      if (!record) throw OutputError("cannot read " + name + ": it holds a line that is no record");
      take(*std::move(record));
    }
  }
}

std::optional<RecordHead> read_record_head(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  try {
    const json::value value = json::parse(std::string(head_of(line)) + "}");
    Members members(value);
    RecordHead head = read_head(members);
    members.finish();
    return head;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace ocrbatch::io
