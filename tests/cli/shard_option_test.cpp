#include "cli/shard_option.h"

#include <gtest/gtest.h>

#include <map>

#include "cli/errors.h"

namespace ocrbatch::cli {
namespace {

using pipeline::Shard;

Environment variables(std::map<std::string, std::string> set) {
  return [set = std::move(set)](const char* name) {
    const auto found = set.find(name);
    return found != set.end() ? found->second : "";
  };
}

TEST(ShardOption, CountsFromOne) {
  EXPECT_EQ(parse_shard("1/16", variables({})), (Shard{0, 16}));
  EXPECT_EQ(parse_shard("16/16", variables({})), (Shard{15, 16}));
}

TEST(ShardOption, RefusesWhatIsNoPart) {
  for (const char* text :
       {"", "3", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", "1/", "/4", "1 /4", "1/9999999"})
    EXPECT_THROW(parse_shard(text, variables({})), UsageError) << text;
}

TEST(ShardOption, FollowsTheScheduler) {
  EXPECT_EQ(parse_shard("auto", variables({{"SLURM_ARRAY_TASK_ID", "3"},
                                           {"SLURM_ARRAY_TASK_MIN", "1"},
                                           {"SLURM_ARRAY_TASK_COUNT", "8"}})),
            (Shard{2, 8}));
  EXPECT_EQ(parse_shard("auto", variables({{"JOB_COMPLETION_INDEX", "0"}, {"JOB_COMPLETIONS", "5"}})),
            (Shard{0, 5}));
}

TEST(ShardOption, DoesNotGuessWhereTheSchedulerIsUnclear) {
  EXPECT_THROW(parse_shard("auto", variables({})), UsageError);
  EXPECT_THROW(parse_shard("auto", variables({{"JOB_COMPLETION_INDEX", "0"}})), UsageError);
  // --array=3,7: two tasks, of how many is not said.
  EXPECT_THROW(parse_shard("auto", variables({{"SLURM_ARRAY_TASK_ID", "7"},
                                              {"SLURM_ARRAY_TASK_MIN", "3"},
                                              {"SLURM_ARRAY_TASK_COUNT", "2"}})),
               UsageError);
}

TEST(ShardOption, NamesFiles) {
  EXPECT_EQ(with_shard("out/{shard}.jsonl", {2, 16}), "out/0003-of-0016.jsonl");
  EXPECT_EQ(with_shard("out.jsonl", {2, 16}), "out.jsonl");
}

}  // namespace
}  // namespace ocrbatch::cli
