// counted_kernels KERNEL: runs one of the kernels that reading a page spends its time in, once, on fixed
// inputs. Callgrind counts the instructions between the entry of measured() and its return: see
// instruction_counts.
#include <cstdio>
#include <cstring>
#include <functional>
#include <opencv2/imgproc.hpp>
#include <random>
#include <vector>

#include "kernels/ctc_greedy_cpu.h"
#include "kernels/ctc_loss_cpu.h"
#include "kernels/depthwise_convolution_cpu.h"
#include "kernels/int8_rows.h"
#include "kernels/layer_norm_cpu.h"
#include "kernels/line_preparation.h"
#include "kernels/packed_linear_cpu.h"
#include "kernels/selective_scan_cpu.h"
#include "kernels/winograd_cpu.h"
#include "kernels/winograd_int16_cpu.h"

extern "C" __attribute__((noinline)) void measured(const std::function<void()>& run) {
  run();
  asm volatile("" ::: "memory");  // no tail call: it would end the measurement before it began
}

namespace {

using namespace ocrbatch::kernels;

std::vector<float> numbers(std::int64_t count, float from = -1, float to = 1) {
  static std::mt19937 random(7);
  std::vector<float> made(static_cast<std::size_t>(count));
  for (float& x : made) x = from + (to - from) * static_cast<float>(random()) / 4294967296.0F;
  return made;
}

// Sizes of the default model, one line of 160 frames.
constexpr std::int64_t kFrames = 160, kChannels = 384, kStates = 8;

void selective_scan() {
  const auto u = numbers(kFrames * kChannels), delta = u, z = u, A = numbers(kStates * kChannels, -8, 0),
             B = numbers(kFrames * kStates), C = B, D = numbers(kChannels);
  std::vector<float> out(u.size());
  ScanLine line;
  line.length = kFrames, line.channels = line.padded = kChannels, line.states = line.rates = kStates;
  line.u = u.data(), line.delta = delta.data(), line.A_t = A.data(), line.B = B.data(), line.C = C.data();
  line.D = line.delta_bias = D.data(), line.z = z.data();
  line.B_stride = line.C_stride = kStates, line.z_stride = kChannels;
  measured([&] { scan_forward_cpu(line, out.data()); });
}

void depthwise_convolution() {
  const auto x = numbers(kFrames * kChannels), weight = numbers(4 * kChannels), bias = numbers(kChannels);
  std::vector<float> out(x.size());
  const int offsets[] = {-3, -2, -1, 0};
  ConvolutionLine line;
  line.length = kFrames, line.channels = line.x_stride = kChannels, line.taps = 4, line.offsets = offsets;
  line.x = x.data(), line.weight_t = weight.data(), line.bias = bias.data();
  measured([&] { convolve_forward_cpu(line, out.data()); });
}

void packed_linear() {
  constexpr std::int64_t kIn = 192, kOut = 768;
  const auto x = numbers(kFrames * kIn), weights = numbers(kIn * kOut), bias = numbers(kOut);
  std::vector<float> out(kFrames * kOut);
  LinearRows rows;
  rows.rows = kFrames, rows.in = rows.stride = kIn, rows.out = kOut;
  rows.x = x.data(), rows.weights = weights.data(), rows.bias = bias.data();
  measured([&] { packed_linear_cpu(rows, out.data()); });
}

void layer_norm() {
  constexpr std::int64_t kWidth = 192;
  const auto x = numbers(kFrames * kWidth), weight = numbers(kWidth), bias = numbers(kWidth);
  std::vector<float> out(kFrames * kWidth);
  NormRows rows;
  rows.rows = kFrames, rows.width = rows.stride = kWidth, rows.epsilon = 1e-5F;
  rows.x = x.data(), rows.weight = weight.data(), rows.bias = bias.data();
  measured([&] { layer_norm_cpu(rows, out.data()); });
}

void int8_rows() {
  constexpr std::int64_t kIn = 192, kOut = 768;
  const std::vector<std::uint8_t> bytes(kFrames * kIn, 200);
  const std::vector<std::int8_t> weights(kIn * kOut, 1);
  const std::vector<std::int32_t> offsets(kOut);
  const auto scales = numbers(kOut), bias = numbers(kOut);
  std::vector<float> out(kFrames * kOut);
  Int8Rows rows;
  rows.rows = kFrames, rows.run_quads = kIn / kBytesAtOnce, rows.row_stride = kIn, rows.columns = kOut;
  rows.bytes = bytes.data(), rows.weights = weights.data(), rows.offsets = offsets.data();
  rows.row_scales = rows.column_scales = scales.data(), rows.bias = bias.data();
  measured([&] { ocrbatch::kernels::int8_rows(rows, out.data()); });
}

void winograd_convolution() {
  constexpr std::int64_t kMaps = 64, kHeight = 8;
  const int width = kFrames;
  const auto in = numbers(kHeight * kFrames * kMaps), weight = numbers(kMaps * kMaps * 9),
             bias = numbers(kMaps);
  std::vector<float> weights(kMaps * kMaps * kWinogradProducts), out(in.size());
  winograd_weights_cpu(weight.data(), kMaps, kMaps, weights.data());
  WinogradMaps maps;
  maps.result.batch = 1, maps.result.height = kHeight, maps.result.columns = kFrames, maps.result.out = kMaps;
  maps.result.widths = &width, maps.result.bias = bias.data();
  maps.in = kMaps, maps.maps = in.data(), maps.weights = weights.data();
  measured([&] { winograd_convolution_cpu(maps, out.data()); });
}

void winograd_int16() {
  constexpr std::int64_t kMaps = 64, kHeight = 8;
  const int width = kFrames;
  const auto weight = numbers(kMaps * kMaps * 9), bias = numbers(kMaps);
  std::vector<std::int16_t> weights(kMaps * kMaps * kWinogradProducts);
  std::vector<float> scales(kMaps * kWinogradProducts), out(kHeight * kFrames * kMaps);
  winograd_int16_weights_cpu(weight.data(), kMaps, kMaps, weights.data(), scales.data());
  const float byte_scale = 1;
  WinogradInt16Maps maps;
  maps.result.batch = 1, maps.result.height = kHeight, maps.result.columns = kFrames, maps.result.out = kMaps;
  maps.result.widths = &width, maps.result.bias = bias.data();
  maps.in = kMaps, maps.byte_scales = &byte_scale;
  maps.weights = weights.data(), maps.weight_scales = scales.data();
  const std::vector<std::uint8_t> bytes(
      static_cast<std::size_t>(maps.padded_rows() * maps.padded_columns() * kMaps), 200);
  maps.bytes = bytes.data();
  measured([&] { winograd_int16_convolution_cpu(maps, out.data()); });
}

void ctc_greedy() {
  constexpr std::int64_t kClasses = 378;
  const auto logits = numbers(kFrames * kClasses);
  std::vector<int> labels(kFrames), first(kFrames), last(kFrames);
  std::vector<float> probabilities(kFrames);
  measured([&] {
    ctc_greedy_line_cpu(logits.data(), kFrames, kClasses,
                        {labels.data(), first.data(), last.data(), probabilities.data()});
  });
}

// A line of upright strokes between two others.
void line_preparation() {
  cv::Mat page(160, 1400, CV_8UC1, cv::Scalar(240));
  for (const int baseline : {40, 95, 150})
    for (int x = 30; x < 1370; x += 14)
      cv::rectangle(page, cv::Rect(x, baseline - (x % 3 == 0 ? 34 : 24), 5, x % 3 == 0 ? 34 : 24),
                    cv::Scalar(20), cv::FILLED);
  cv::setNumThreads(1);
  LineGeometry geometry;
  geometry.baseline_start = {30, 95}, geometry.baseline_end = {1370, 94};
  geometry.ascent_px = 34, geometry.descent_px = 10, geometry.x_height_px = 24;
  const LinePreparation options;
  prepare_line(page, geometry, options);  // what OpenCV sets up on first use
  measured([&] { prepare_line(page, geometry, options); });
}

struct Kernel {
  const char* name;
  void (*run)();
};

constexpr Kernel kKernels[] = {{"selective_scan", selective_scan},
                               {"depthwise_convolution", depthwise_convolution},
                               {"packed_linear", packed_linear},
                               {"layer_norm", layer_norm},
                               {"int8_rows", int8_rows},
                               {"winograd_convolution", winograd_convolution},
                               {"winograd_int16", winograd_int16},
                               {"ctc_greedy", ctc_greedy},
                               {"line_preparation", line_preparation}};

}  // namespace

int main(int argc, char** argv) {
  for (const Kernel& kernel : kKernels) {
    if (argc == 1) std::puts(kernel.name);
    if (argc == 2 && std::strcmp(argv[1], kernel.name) == 0) return kernel.run(), 0;
  }
  return argc == 1 ? 0 : 2;
}
