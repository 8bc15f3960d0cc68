#include "cli/shard_option.h"

#include <spdlog/fmt/fmt.h>

#include <boost/algorithm/string/replace.hpp>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "cli/errors.h"

namespace ocrbatch::cli {
namespace {

constexpr std::uint32_t kMaxShards = 1'000'000;

std::optional<std::uint32_t> number(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Where the variable that names the place is set, the others must be there and fit.
pipeline::Shard from_variables(const Environment& environment, const char* index_name, const char* first_name,
                               const char* count_name) {
  const std::string first_text = first_name != nullptr ? environment(first_name) : "0";
  const auto index = number(environment(index_name)), first = number(first_text),
             count = number(environment(count_name));
  if (!index || !first || !count || *index < *first || *count < 1 || *count > kMaxShards ||
      *index - *first >= *count) {
    throw UsageError(fmt::format(
        "--shard auto: {}='{}' and {}='{}' are no place in a job{}", index_name, environment(index_name),
        count_name, environment(count_name),
        first_name != nullptr ? "; an array with gaps needs --shard I/N with the N of the whole array" : ""));
  }
  return {*index - *first, *count};
}

}  // namespace

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

pipeline::Shard parse_shard(const std::string& text, const Environment& environment) {
  if (text == "auto") {
    if (!environment("SLURM_ARRAY_TASK_ID").empty())
      return from_variables(environment, "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN",
                            "SLURM_ARRAY_TASK_COUNT");
    if (!environment("JOB_COMPLETION_INDEX").empty())
      return from_variables(environment, "JOB_COMPLETION_INDEX", nullptr, "JOB_COMPLETIONS");
    throw UsageError(
        "--shard auto: neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set; write --shard I/N");
  }
  const std::size_t slash = text.find('/');
  const auto index = number(text.substr(0, slash));
  const auto count = slash == std::string::npos ? std::nullopt : number(text.substr(slash + 1));
  if (!index || !count || *index < 1 || *index > *count || *count > kMaxShards) {
    throw UsageError("--shard: '" + text + "' is no part of a whole; write for example 3/16, or auto");
  }
  return {*index - 1, *count};
}

std::string with_shard(std::string name, const pipeline::Shard& shard) {
  boost::replace_all(name, "{shard}", fmt::format("{:04}-of-{:04}", shard.index + 1, shard.count));
  return name;
}

}  // namespace ocrbatch::cli
