#include "cli/options.h"

#include <algorithm>
#include <boost/algorithm/string.hpp>

#include "cli/errors.h"
#include "cli/logging.h"
#include "cli/nearest_name.h"
#include "cli/stdout_guard.h"
#include "cli/text_layout.h"
#include "recognizer/device_name.h"

namespace ocrbatch::cli {
namespace {

namespace po = boost::program_options;

constexpr std::size_t kHelpColumn = 30;

// "  -o, --out FILE|-"
std::string option_column(const po::option_description& option) {
  const std::string short_name = option.canonical_display_name(po::command_line_style::allow_dash_for_short);
  // Where there is no short name it is the long one, which may have two letters, too.
  const bool is_short = short_name.size() == 2 && short_name[0] == '-';
  const std::string before = is_short ? "  " + short_name + ", " : "      ";
  const std::string after = option.semantic()->max_tokens() > 0 ? " " + option.semantic()->name() : "";
  return before + "--" + option.long_name() + after;
}

std::string unknown_option_message(const std::string& typed, const std::vector<std::string>& names) {
  const std::string name = typed.substr(0, typed.find('='));
  if (!name.starts_with("--")) return "unknown option '" + name + "'";
  return "unknown option '" + name + "'" + hint(name.substr(2), names, "--");
}

}  // namespace

CommandOptions::CommandOptions(std::string usage, std::string description)
    : usage_(std::move(usage)), description_(std::move(description)) {}

po::options_description_easy_init CommandOptions::group(const std::string& title) {
  return groups_.emplace_back(Group{title, {}}).rows.add_options();
}

ProgressMode CommandOptions::progress() const {
  if (quiet_ || progress_ == "never") return ProgressMode::kNever;
  return progress_ == "always" ? ProgressMode::kAlways : ProgressMode::kAuto;
}

std::vector<std::string> CommandOptions::names() const {
  std::vector<std::string> names;
  for (const Group& group : groups_) {
    for (const auto& option : group.rows.options()) names.push_back(option->long_name());
  }
  return names;
}

std::string CommandOptions::help() const {
  std::string text = "usage: ocrbatch " + usage_ + "\n\n" + wrap(description_, 0);
  for (const Group& group : groups_) {
    text += "\n" + group.title + ":\n";
    for (const auto& option : group.rows.options()) {
      text += two_columns(option_column(*option), option->description(), kHelpColumn);
    }
  }
  return text;
}

bool CommandOptions::parse(const std::vector<std::string>& arguments) {
  bool help_wanted = false;
  group("General")("quiet,q", flag(&quiet_), "no progress, no summary, errors only")(
      "log-level", value(&log_level_, "LEVEL"),
      "what to report on standard error: trace, debug, info (default), warn, error or off")(
      "log-format", value(&log_format_, "FORMAT"), "text (default), or json: an object a line")(
      "progress", value(&progress_, "WHEN"), "show progress: auto (default: on a terminal), always or never")(
      "help,h", flag(&help_wanted), "print this help");

  po::options_description all;
  for (const Group& group : groups_) all.add(group.rows);
  std::vector<std::string> nothing;
  std::vector<std::string>& rest = positional_ != nullptr ? *positional_ : nothing;
  // Boost wants a named option behind positional arguments; the space keeps it from being typed.
  constexpr const char* kPositional = "positional argument";
  all.add_options()(kPositional, po::value(&rest));
  try {
    // Abbreviated options would turn into other ones as options are added.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(arguments)
                  .options(all)
                  .positional(po::positional_options_description().add(kPositional, -1))
                  .style(style)
                  .run(),
              values_);
    po::notify(values_);
  } catch (const po::unknown_option& error) {
    throw UsageError(unknown_option_message(error.get_option_name(), names()));
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  if (help_wanted) {
    print_result(help());
    return false;
  }
  require_one_of("--progress", progress_, {"auto", "always", "never"});
  require_one_of("--log-level", log_level_, log_levels());
  require_one_of("--log-format", log_format_, {"text", "json"});
  if (positional_ == nullptr && !nothing.empty())
    throw UsageError("unexpected argument '" + nothing[0] + "'");
  set_up_logging(quiet_ ? "error" : log_level_, log_format_ == "json" ? LogFormat::kJson : LogFormat::kText);
  return true;
}

void require_one_of(const std::string& option, const std::string& typed,
                    const std::vector<std::string>& known) {
  if (std::ranges::find(known, typed) != known.end()) return;
  throw UsageError(option + ": '" + typed + "' is none of " + boost::algorithm::join(known, ", ") +
                   hint(typed, known));
}

void require_device_name(const std::string& typed) {
  if (!recognizer::is_device_name(typed))
    throw UsageError("--device: '" + typed + "' is none of auto, cpu, cuda, cuda:N");
}

void require_device_list(const std::string& typed) {
  if (!recognizer::is_device_list(typed))
    throw UsageError("--device: '" + typed + "' is none of auto, cpu, cuda, cuda:N, cuda:N,M,...");
}

}  // namespace ocrbatch::cli
