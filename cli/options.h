// The options of one subcommand: declared once, from there parsed, checked and shown by --help.
//
//   std::string out;
//   CommandOptions options("scan INPUT...", "Reads documents and writes their text.");
//   options.group("Output")("out,o", value(&out, "FILE|-"), "JSON Lines to a file or to standard output");
//   std::vector<std::string> inputs;
//   options.positional(&inputs);
//   if (!options.parse(arguments)) return ExitCode::kOk;   // --help was printed
#pragma once

#include <boost/program_options.hpp>
#include <list>
#include <string>
#include <vector>

namespace ocrbatch::cli {

enum class ProgressMode { kAuto, kAlways, kNever };

class CommandOptions {
 public:
  // `usage` is what follows "ocrbatch "; `description` may hold several paragraphs.
  CommandOptions(std::string usage, std::string description);

  // A titled group of the help. Rows are added as to Boost's add_options(): "name" or "name,n", value, help.
  boost::program_options::options_description_easy_init group(const std::string& title);
  // Arguments without a dash go here; without a call, any is an error.
  void positional(std::vector<std::string>* values) { positional_ = values; }

  // Parses, then sets up logging as --quiet and --log-level say. Returns false after printing the help that
  // was asked for. Throws UsageError, with the nearest name for a mistyped option.
  bool parse(const std::vector<std::string>& arguments);

  bool given(const std::string& name) const { return values_.count(name) > 0 && !values_[name].defaulted(); }
  bool quiet() const { return quiet_; }
  ProgressMode progress() const;

  std::string help() const;

 private:
  struct Group {
    std::string title;
    boost::program_options::options_description rows;
  };
  std::vector<std::string> names() const;

  std::string usage_, description_;
  std::list<Group> groups_;
  std::vector<std::string>* positional_ = nullptr;
  boost::program_options::variables_map values_;
  bool quiet_ = false;
  std::string log_level_ = "info", log_format_ = "text", progress_ = "auto";
};

// An option with a value; `name` stands for it in the help. The variable's initial value is the default.
template <class T>
auto* value(T* variable, const char* name) {
  return boost::program_options::value<T>(variable)->value_name(name);
}
// An option without a value.
inline auto* flag(bool* variable) {
  return boost::program_options::bool_switch(variable);
}

// Checks a value against the words that are allowed for it. Throws UsageError with the nearest one.
void require_one_of(const std::string& option, const std::string& typed,
                    const std::vector<std::string>& known);

// Checks what --device was given. Throws UsageError.
void require_device_name(const std::string& typed);
// The same where several devices can be used at once.
void require_device_list(const std::string& typed);

}  // namespace ocrbatch::cli
