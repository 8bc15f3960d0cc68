// How the benches of CUDA kernels measure, what they measure against, and the JSON that they print.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace ocrbatch::bench {

inline void check_cuda(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
}

// Milliseconds of one run.
struct Times {
  double median = 0, lowest = 0, highest = 0;
};

// By events on the stream that `run` uses, the default one: no time of the host's counts as long as it keeps
// ahead of the device.
inline Times time_on_device(const std::function<void()>& run, cudaStream_t stream = nullptr) {
  cudaEvent_t begin{}, end{};
  check_cuda(cudaEventCreate(&begin));
  check_cuda(cudaEventCreate(&end));
  const auto milliseconds_of = [&](int runs) {
    check_cuda(cudaEventRecord(begin, stream));
    for (int i = 0; i < runs; ++i) run();
    check_cuda(cudaEventRecord(end, stream));
    check_cuda(cudaEventSynchronize(end));
    float milliseconds = 0;
    check_cuda(cudaEventElapsedTime(&milliseconds, begin, end));
    return static_cast<double>(milliseconds) / runs;
  };
  constexpr int kRepetitions = 11;
  constexpr double kMillisecondsOfRepetition = 2;
  milliseconds_of(2);  // memory is allocated, clocks go up
  const int runs =
      std::clamp(static_cast<int>(kMillisecondsOfRepetition / std::max(milliseconds_of(2), 1e-3)), 1, 100);
  std::vector<double> times;
  for (int i = 0; i < kRepetitions; ++i) times.push_back(milliseconds_of(runs));
  std::sort(times.begin(), times.end());
  check_cuda(cudaEventDestroy(begin));
  check_cuda(cudaEventDestroy(end));
  return {times[kRepetitions / 2], times.front(), times.back()};
}

inline std::string device_name() {
  cudaDeviceProp device{};
  check_cuda(cudaGetDeviceProperties(&device, 0));
  return device.name;
}

// What the device can do at most, from its highest clocks.
struct Roofs {
  double bytes_per_second = 0, exponentials_per_second = 0;
};

inline int attribute(cudaDeviceAttr which) {
  int value = 0;
  check_cuda(cudaDeviceGetAttribute(&value, which, 0));
  return value;
}

inline Roofs roofs_of_device() {
  constexpr double kUnitsOfMultiprocessor = 16;  // for exponentials, reciprocals and logarithms
  const double memory_clock = 1e3 * attribute(cudaDevAttrMemoryClockRate),
               clock = 1e3 * attribute(cudaDevAttrClockRate);
  return {2 * memory_clock * attribute(cudaDevAttrGlobalMemoryBusWidth) / 8,
          kUnitsOfMultiprocessor * clock * attribute(cudaDevAttrMultiProcessorCount)};
}

// What a kernel cannot do without: bytes of its operands and results, and exponentials.
struct Work {
  double bytes = 0, exponentials = 0;
};

// Prints {"device": ..., "rows": [...]} row by row.
class Rows {
 public:
  Rows() : roofs_(roofs_of_device()) {
    int driver = 0;
    check_cuda(cudaDriverGetVersion(&driver));
    std::printf(
        "{\"device\": {\"name\": \"%s\", \"cuda_driver\": %d, \"multiprocessors\": %d, \"clock_khz\": %d, "
        "\"memory_clock_khz\": %d, \"gb_per_s\": %.0f, \"giga_exp_per_s\": %.0f},\n\"rows\": [",
        device_name().c_str(), driver, attribute(cudaDevAttrMultiProcessorCount),
        attribute(cudaDevAttrClockRate), attribute(cudaDevAttrMemoryClockRate),
        roofs_.bytes_per_second * 1e-9, roofs_.exponentials_per_second * 1e-9);
  }
  ~Rows() { std::printf("\n]}\n"); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  // `sizes` are members of JSON. Shares are of either roof; the larger one is what holds the kernel up.
  void add(const std::string& kernel, const std::string& by, const std::string& sizes, const Work& work,
           const std::function<void()>& run) {
    const Times times = time_on_device(run);
    const double seconds = times.median * 1e-3;
    std::printf(
        "%s\n{\"kernel\": \"%s\", \"by\": \"%s\", %s, \"ms\": %.4f, \"lowest_ms\": %.4f, \"highest_ms\": "
        "%.4f, "
        "\"gb_per_s\": %.1f, \"share_of_memory\": %.3f, \"share_of_exp\": %.3f}",
        first_ ? "" : ",", kernel.c_str(), by.c_str(), sizes.c_str(), times.median, times.lowest,
        times.highest, work.bytes / seconds * 1e-9, work.bytes / seconds / roofs_.bytes_per_second,
        work.exponentials / seconds / roofs_.exponentials_per_second);
    std::fflush(stdout);
    first_ = false;
  }

 private:
  Roofs roofs_;
  bool first_ = true;
};

}  // namespace ocrbatch::bench
