#include "io/record_head.h"

#include <boost/json.hpp>

#include "io/writers/text_encoding.h"

namespace ocrbatch::io {
namespace {

constexpr int kKeys = 5;  // schema, document, page, pages, status: they come first and in this order

// The line up to the comma behind the last of the keys.
std::string_view head_of(std::string_view line) {
  bool in_string = false;
  int commas = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && c == ',' && ++commas == kKeys) {
      return line.substr(0, i);
    }
  }
  return {};
}

std::optional<int> optional_int(const boost::json::value& value) {
  return value.is_null() ? std::nullopt : std::optional(value.to_number<int>());
}

}  // namespace

Result<RecordHead> read_record_head(std::string_view line) {
  const Error damaged{ErrorCode::kCorrupt, "is no record of ocrbatch"};
  const std::string_view head = head_of(line);
  if (head.empty() || !line.ends_with('}')) return damaged;
  try {
    const boost::json::value value = boost::json::parse(std::string(head) + "}");
    const boost::json::object& object = value.as_object();
    if (object.at("schema").to_number<int>() != 1)
      return Error{ErrorCode::kUnsupported, "is of a newer ocrbatch: use that"};
    const std::string_view status = object.at("status").as_string();
    RecordHead record;
    const auto document = name_of_printable(object.at("document").as_string());
    if (!document) return damaged;
    record.document = *document;
    record.page_number = optional_int(object.at("page"));
    record.page_count = optional_int(object.at("pages"));
    record.ok = status == "ok";
    const bool numbered = record.page_number ? *record.page_number >= 1 && record.page_count &&
                                                   *record.page_number <= *record.page_count
                                             : !record.page_count && !record.ok;
    if (!numbered || (!record.ok && status != "error")) return damaged;
    return record;
  } catch (const std::exception&) {  // not JSON, or other keys and types
    return damaged;
  }
}

}  // namespace ocrbatch::io
