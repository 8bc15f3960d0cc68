#include "recognizer/device_name.h"

#include <gtest/gtest.h>

namespace ocrbatch::recognizer {
namespace {

TEST(DeviceName, NamesOneCudaDeviceOrSeveral) {
  using Numbers = std::vector<int>;
  EXPECT_EQ(cuda_device_numbers("cuda"), Numbers{0});
  EXPECT_EQ(cuda_device_numbers("cuda:3"), Numbers{3});
  EXPECT_EQ(cuda_device_numbers("cuda:127"), Numbers{127});
  EXPECT_EQ(cuda_device_numbers("cuda:2,0,11"), (Numbers{2, 0, 11})) << "in the order given";
}

TEST(DeviceName, RefusesWhatNamesNoDevice) {
  for (const char* name :
       {"", "gpu", "cuda:", "cuda:-1", "cuda:+1", "cuda:128", "cuda:1x", "cuda: 1", "cuda:1,", "cuda:,1",
        "cuda:1,,2", "cuda:0,0", "cuda:0;1", "cuda:0, 1", "cudas", "cuda0"}) {
    EXPECT_FALSE(is_device_list(name)) << name;
    EXPECT_FALSE(is_device_name(name)) << name;
  }
}

TEST(DeviceName, AListIsNoSingleDevice) {
  for (const char* name : {"auto", "cpu", "cuda", "cuda:1"}) {
    EXPECT_TRUE(is_device_name(name)) << name;
    EXPECT_TRUE(is_device_list(name)) << name;
  }
  EXPECT_TRUE(is_device_list("cuda:0,1"));
  EXPECT_FALSE(is_device_name("cuda:0,1"));
}

}  // namespace
}  // namespace ocrbatch::recognizer
