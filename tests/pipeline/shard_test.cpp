#include "pipeline/shard.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ocrbatch::pipeline {
namespace {

// printf '%s' docs/a.pdf | sha256sum | cut -c 1-16, modulo 10 in Python: other tools can tell where a
// document is.
TEST(ShardOf, IsTheHeadOfTheSha256OfTheName) {
  EXPECT_EQ(shard_of("docs/a.pdf", 10), 5);
  EXPECT_EQ(shard_of("docs/é.pdf", 10), 9);
  EXPECT_EQ(shard_of("", 10), 2);
}

TEST(ShardOf, SpreadsNeighboursEvenly) {
  constexpr int kShards = 16, kDocuments = 16000;
  std::vector<int> sizes(kShards, 0);
  for (int i = 0; i < kDocuments; ++i) ++sizes[shard_of("archive/" + std::to_string(i) + ".tif", kShards)];
  for (const int size : sizes) EXPECT_NEAR(size, kDocuments / kShards, 150);
}

}  // namespace
}  // namespace ocrbatch::pipeline
