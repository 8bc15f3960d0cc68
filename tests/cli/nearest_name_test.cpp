#include "cli/nearest_name.h"

#include <gmock/gmock.h>

namespace ocrbatch::cli {
namespace {

using ::testing::Optional;

const std::vector<std::string> kNames = {"scan",       "models", "include", "exclude",
                                         "max-memory", "out",    "pages"};

TEST(NearestName, FindsSwappedMissingAndWrongLetters) {
  EXPECT_THAT(nearest_name("scna", kNames), Optional(std::string("scan")));
  EXPECT_THAT(nearest_name("page", kNames), Optional(std::string("pages")));
  EXPECT_THAT(nearest_name("max-memmory", kNames), Optional(std::string("max-memory")));
  EXPECT_THAT(nearest_name("imclude", kNames), Optional(std::string("include")));
}

TEST(NearestName, TakesABeginningForTheName) {
  EXPECT_THAT(nearest_name("max-m", kNames), Optional(std::string("max-memory")));
}

TEST(NearestName, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("verbose", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("x", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("", kNames), std::nullopt);
}

}  // namespace
}  // namespace ocrbatch::cli
