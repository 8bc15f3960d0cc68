#include "recognizer/train/process_place.h"

#include <gmock/gmock.h>

#include <map>

#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
namespace {

std::optional<ProcessPlace> place_in(const std::map<std::string, std::string>& environment) {
  return find_process_place([&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

TEST(ProcessPlace, IsFoundAsTorchrunAndSlurmGiveIt) {
  const auto torchrun = place_in({{"RANK", "3"},
                                  {"WORLD_SIZE", "8"},
                                  {"LOCAL_RANK", "1"},
                                  {"MASTER_ADDR", "node7"},
                                  {"MASTER_PORT", "29500"},
                                  {"OCRBATCH_PEER_TIMEOUT", "20"}});
  ASSERT_TRUE(torchrun);
  EXPECT_EQ(torchrun->rank, 3);
  EXPECT_EQ(torchrun->processes, 8);
  EXPECT_EQ(torchrun->local_rank, 1);
  EXPECT_EQ(torchrun->address, "node7");
  EXPECT_EQ(torchrun->port, 29500);
  EXPECT_EQ(torchrun->timeout_s, 20);
  const auto slurm = place_in(
      {{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}, {"MASTER_ADDR", "node7"}, {"MASTER_PORT", "29500"}});
  ASSERT_TRUE(slurm);
  EXPECT_EQ(slurm->rank, 1);
  EXPECT_EQ(slurm->processes, 2);
}

TEST(ProcessPlace, IsEmptyForOneProcess) {
  EXPECT_FALSE(place_in({}));
  EXPECT_FALSE(place_in({{"RANK", "0"}, {"WORLD_SIZE", "1"}}));
  EXPECT_FALSE(place_in({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}));  // a batch script by itself
}

TEST(ProcessPlace, NamesTheVariableThatIsMissingOrWrong) {
  const auto complains = [](const std::map<std::string, std::string>& environment, const char* name) {
    EXPECT_THAT([&] { place_in(environment); },
                ::testing::ThrowsMessage<ConfigError>(::testing::HasSubstr(name)));
  };
  complains({{"RANK", "0"}}, "WORLD_SIZE is not set");
  complains({{"RANK", "2"}, {"WORLD_SIZE", "2"}}, "RANK=2: should be a number from 0 to 1");
  complains({{"RANK", "0"}, {"WORLD_SIZE", "two"}}, "WORLD_SIZE=two");
  complains({{"RANK", "0"}, {"WORLD_SIZE", "2"}}, "MASTER_ADDR is not set");
  complains({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}}, "MASTER_PORT is not set");
}

}  // namespace
}  // namespace ocrbatch::recognizer
