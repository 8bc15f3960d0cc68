// Which devices are chosen, on machines that the test makes up.
#include "recognizer/device.h"

#include <gtest/gtest.h>

#include "recognizer/device_fallback.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {
namespace {

const CudaSupport kNotBuilt{false, 0, ""}, kNoDevice{true, 0, ""}, kTwoDevices{true, 2, ""},
    kOldDriver{true, 0, "the driver is too old"};

std::vector<std::string> names(const std::vector<torch::Device>& devices) {
  std::vector<std::string> result;
  for (const torch::Device device : devices) result.push_back(device.str());
  return result;
}

using Names = std::vector<std::string>;

TEST(ChooseDevices, TakesWhatIsNamedAndThere) {
  EXPECT_EQ(names(choose_devices("cpu", kTwoDevices)), Names{"cpu"});
  EXPECT_EQ(names(choose_devices("auto", kTwoDevices)), Names{"cuda:0"});
  EXPECT_EQ(names(choose_devices("cuda", kTwoDevices)), Names{"cuda:0"});
  EXPECT_EQ(names(choose_devices("cuda:1", kTwoDevices)), Names{"cuda:1"});
  EXPECT_EQ(names(choose_devices("cuda:1,0", kTwoDevices)), (Names{"cuda:1", "cuda:0"}));
  for (const CudaSupport& cuda : {kNotBuilt, kNoDevice, kOldDriver})
    EXPECT_EQ(names(choose_devices("auto", cuda)), Names{"cpu"});
}

TEST(ChooseDevices, SaysWhyANamedDeviceCannotBeUsed) {
  const auto why = [](const std::string& name, const CudaSupport& cuda) -> std::string {
    try {
      choose_devices(name, cuda);
    } catch (const DeviceError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(why("cuda:0,1", kNotBuilt), "device \"cuda:0,1\" is not available: this build has no CUDA");
  EXPECT_EQ(why("cuda", kNoDevice),
            "device \"cuda\" is not available: this machine has no CUDA device that its driver can use");
  EXPECT_EQ(why("cuda", kOldDriver), "device \"cuda\" is not available: the driver is too old");
  EXPECT_EQ(why("cuda:1,2", kTwoDevices),
            "device \"cuda:2\" is not available: this machine has 2 CUDA devices");
  EXPECT_EQ(why("gpu", kTwoDevices),
            "device \"gpu\" is not available: it is none of auto, cpu, cuda, cuda:N, cuda:N,M,...");
}

// What was opened: the devices, and why not others.
struct Opened {
  Names devices;
  std::string unused;
};

Opened open(const std::string& name, const CudaSupport& cuda, bool cuda_works) {
  return open_on_devices(name, cuda,
                         [&](const std::vector<torch::Device>& devices, const std::string& unused) {
                           if (devices.front().is_cuda() && !cuda_works)
                             throw DeviceError("it has no memory");
                           return Opened{names(devices), unused};
                         });
}

TEST(OpenOnDevices, AutoFallsBackToTheCpuAndSaysWhy) {
  const Opened without_memory = open("auto", kTwoDevices, /*cuda_works=*/false);
  EXPECT_EQ(without_memory.devices, Names{"cpu"});
  EXPECT_EQ(without_memory.unused, "it has no memory");
  const Opened old_driver = open("auto", kOldDriver, true);
  EXPECT_EQ(old_driver.devices, Names{"cpu"});
  EXPECT_EQ(old_driver.unused, "the driver is too old");
}

TEST(OpenOnDevices, SaysNothingWhereNothingIsAmiss) {
  EXPECT_EQ(open("auto", kTwoDevices, true).devices, Names{"cuda:0"});
  for (const CudaSupport& cuda : {kNotBuilt, kNoDevice, kTwoDevices})
    EXPECT_EQ(open("auto", cuda, true).unused, "");
  EXPECT_EQ(open("cpu", kOldDriver, true).unused, "") << "nobody asked for it";
}

TEST(OpenOnDevices, ANamedDeviceHasNoFallback) {
  EXPECT_THROW(open("cuda:1", kTwoDevices, /*cuda_works=*/false), DeviceError);
  EXPECT_THROW(open("cuda", kOldDriver, true), DeviceError);
}

TEST(FirstSentence, IsWhatFitsALine) {
  EXPECT_EQ(first_sentence("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has"),
            "CUDA out of memory");
  EXPECT_EQ(first_sentence("CUDA error: no kernel image is available\nCUDA kernel errors might be"),
            "CUDA error: no kernel image is available");
  EXPECT_EQ(first_sentence("version 2.1 is too old"), "version 2.1 is too old");
}

}  // namespace
}  // namespace ocrbatch::recognizer
