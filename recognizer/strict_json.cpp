#include "recognizer/strict_json.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace ocrbatch::recognizer {
namespace {

const char* kind_name(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::object:
      return "an object";
    case boost::json::kind::array:
      return "an array";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::bool_:
      return "true or false";
    case boost::json::kind::null:
      return "null";
    default:
      return "a number";
  }
}

[[noreturn]] void fail_type(const std::string& path, const char* expected, const boost::json::value& got) {
  throw ConfigError(path + " should be " + expected + ", got " + kind_name(got));
}

template <class Integer>
Integer to_integer(const boost::json::value& value, const std::string& path) {
  boost::json::error_code error;
  const Integer number = value.to_number<Integer>(error);
  if (error) fail_type(path, "a whole number", value);
  return number;
}

double to_double(const boost::json::value& value, const std::string& path) {
  if (!value.is_number()) fail_type(path, "a number", value);
  return value.to_number<double>();
}

std::string to_text(const boost::json::value& value, const std::string& path) {
  if (!value.is_string()) fail_type(path, "a string", value);
  return std::string(value.as_string());
}

template <class T, class Convert>
void read_array(const boost::json::value* value, const std::string& path, std::vector<T>& into,
                Convert convert) {
  if (value == nullptr) return;
  if (!value->is_array()) fail_type(path, "an array", *value);
  into.clear();
  std::size_t i = 0;
  for (const auto& item : value->as_array())
    into.push_back(convert(item, path + "[" + std::to_string(i++) + "]"));
}

}  // namespace

boost::json::value parse_json_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw ConfigError(file.string() + ": cannot be read");
  std::stringstream text;
  text << stream.rdbuf();
  boost::json::parse_options options;
  options.allow_comments = true;
  options.allow_trailing_commas = true;
  boost::json::stream_parser parser({}, options);
  boost::json::error_code error;
  const std::string content = text.str();
  const std::size_t read = parser.write_some(content, error);
  if (!error) parser.finish(error);
  if (error) {
    // The parser's count lies past the end of a file that ends within a value.
    const auto end = content.begin() + static_cast<std::ptrdiff_t>(std::min(read, content.size()));
    const auto line = 1 + std::count(content.begin(), end, '\n');
    throw ConfigError(file.string() + ":" + std::to_string(line) + ": not valid JSON: " + error.message());
  }
  return parser.release();
}

void set_by_path(boost::json::value& root, const std::string& path, const std::string& text) {
  boost::json::value* at = &root;
  std::stringstream keys(path);
  for (std::string key; std::getline(keys, key, '.');) {
    boost::json::value* next = at->is_object() ? at->as_object().if_contains(key) : nullptr;
    if (next == nullptr)
      throw ConfigError("--set " + path + ": the configuration has no key \"" + key + "\" there");
    at = next;
  }
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  if (error) value = boost::json::string(text);
  *at = std::move(value);
}

StrictObject::StrictObject(const boost::json::value& value, std::string path) : path_(std::move(path)) {
  if (!value.is_object()) fail_type(path_.empty() ? "the configuration" : path_, "an object", value);
  object_ = &value.as_object();
}

bool StrictObject::has(const char* key) const {
  return object_->contains(key);
}

const boost::json::value* StrictObject::find(const char* key) {
  known_.insert(key);
  return object_->if_contains(key);
}

std::string StrictObject::path_of(const char* key) const {
  return path_.empty() ? key : path_ + "." + key;
}

void StrictObject::require(bool holds, const char* key, const char* what) const {
  if (!holds) throw ConfigError(path_of(key) + " should be " + what);
}

void StrictObject::read(const char* key, bool& value) {
  if (const auto* found = find(key)) {
    if (!found->is_bool()) fail_type(path_of(key), "true or false", *found);
    value = found->as_bool();
  }
}
void StrictObject::read(const char* key, int& value) {
  if (const auto* found = find(key)) value = to_integer<int>(*found, path_of(key));
}
void StrictObject::read(const char* key, std::int64_t& value) {
  if (const auto* found = find(key)) value = to_integer<std::int64_t>(*found, path_of(key));
}
void StrictObject::read(const char* key, std::uint64_t& value) {
  if (const auto* found = find(key)) value = to_integer<std::uint64_t>(*found, path_of(key));
}
void StrictObject::read(const char* key, double& value) {
  if (const auto* found = find(key)) value = to_double(*found, path_of(key));
}
void StrictObject::read(const char* key, float& value) {
  if (const auto* found = find(key)) value = static_cast<float>(to_double(*found, path_of(key)));
}
void StrictObject::read(const char* key, std::string& value) {
  if (const auto* found = find(key)) value = to_text(*found, path_of(key));
}
void StrictObject::read(const char* key, std::vector<int>& value) {
  read_array(find(key), path_of(key), value, to_integer<int>);
}
void StrictObject::read(const char* key, std::vector<double>& value) {
  read_array(find(key), path_of(key), value, to_double);
}
void StrictObject::read(const char* key, std::vector<std::string>& value) {
  read_array(find(key), path_of(key), value, to_text);
}

void StrictObject::finish() const {
  for (const auto& member : *object_) {
    if (!known_.contains(std::string_view(member.key().data(), member.key().size()))) {
      throw ConfigError("unknown key " + path_of(std::string(member.key()).c_str()));
    }
  }
}

}  // namespace ocrbatch::recognizer
