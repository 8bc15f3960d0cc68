// Strict reading of configuration JSON: every key must be known, every value of the right type, and an error
// names the path of what is wrong ("train.batch_size should be a number, got a string").
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace ocrbatch::recognizer {

class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Parses a whole file (comments and trailing commas allowed). Throws ConfigError naming file and position.
boost::json::value parse_json_file(const std::filesystem::path& file);

// Sets `value` at a dotted path ("train.batch_size"), creating nothing: the path must exist below `root`. The
// text is read as JSON where it is JSON and as a string otherwise. Throws ConfigError.
void set_by_path(boost::json::value& root, const std::string& path, const std::string& text);

// One object. Usage:
//   StrictObject object(value, "train");
//   object.read("batch_size", config.batch_size);   // absent: keeps the default
//   object.finish();                                // any key not asked for is an error
class StrictObject {
 public:
  StrictObject(const boost::json::value& value, std::string path);

  bool has(const char* key) const;
  void read(const char* key, bool& value);
  void read(const char* key, int& value);
  void read(const char* key, std::int64_t& value);
  void read(const char* key, std::uint64_t& value);
  void read(const char* key, double& value);
  void read(const char* key, float& value);
  void read(const char* key, std::string& value);
  void read(const char* key, std::vector<int>& value);
  void read(const char* key, std::vector<double>& value);
  void read(const char* key, std::vector<std::string>& value);
  // The value itself for nested reading, marked as known; null when absent.
  const boost::json::value* find(const char* key);
  std::string path_of(const char* key) const;
  // "<path of key> should be <what>", unless it is.
  void require(bool holds, const char* key, const char* what) const;
  void finish() const;

 private:
  const boost::json::object* object_;
  std::string path_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace ocrbatch::recognizer
