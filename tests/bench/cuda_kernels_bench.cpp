// cuda_kernels_bench: times the CUDA kernels and prints JSON (cuda_timing.h). Scans and convolutions are of
// 65,536 frames, as lines of T frames each, packed, the kernels alone; the CTC loss is what a training step
// calls, beside LibTorch's. tests/bench/scan_rivals.py measures others' scans at the same sizes.
#include <torch/torch.h>

#include <algorithm>
#include <string>

#include "kernels/convolution_epilogue_cuda.h"
#include "kernels/ctc_greedy_cuda.h"
#include "kernels/ctc_loss.h"
#include "kernels/depthwise_convolution_cuda.h"
#include "kernels/line_crop_cuda.h"
#include "kernels/line_crop_plan.h"
#include "kernels/number_type_of.h"
#include "kernels/selective_scan_cuda.h"
#include "tests/bench/cuda_timing.h"

namespace {

using namespace ocrbatch::kernels;
using ocrbatch::bench::Rows;
using ocrbatch::bench::Work;

constexpr int64_t kFrames = 65536;

const char* name_of(torch::ScalarType type) {
  return type == torch::kFloat ? "float32" : type == torch::kHalf ? "float16" : "bfloat16";
}

std::string sizes_of(int64_t steps, int64_t channels, torch::ScalarType type, const std::string& more) {
  return "\"T\": " + std::to_string(steps) + ", \"D\": " + std::to_string(channels) + ", \"dtype\": \"" +
         name_of(type) + "\", " + more;
}

torch::Tensor random_numbers(at::IntArrayRef sizes, torch::ScalarType type) {
  return torch::randn(sizes, torch::kCUDA).to(type);
}

torch::Tensor empty_floats(at::IntArrayRef sizes) {
  return torch::empty(sizes, torch::device(torch::kCUDA));
}

// Packed lines of `steps` frames each.
struct EqualLines {
  torch::Tensor lengths, first_rows;

  explicit EqualLines(int64_t steps)
      : lengths(torch::full({kFrames / steps}, steps, torch::device(torch::kCUDA).dtype(torch::kInt))),
        first_rows(torch::arange(0, kFrames, steps, torch::device(torch::kCUDA).dtype(torch::kInt))) {}
};

// One scan, and where its results go.
struct ScanOfBench {
  EqualLines lines;
  torch::Tensor u, delta, z, B, C, A, D, delta_bias, out, checkpoints;
  torch::Tensor grad_out, grad_u, grad_delta, grad_z, grad_A, grad_BC, grad_D, grad_bias;
  ScanForward<void> forward;
  ScanBackward<void> backward;

  ScanOfBench(int64_t steps, int64_t channels, int states, int rates, torch::ScalarType type, bool reverse)
      : lines(steps),
        u(random_numbers({kFrames, channels}, type)),
        delta(random_numbers({kFrames, channels}, type)),
        z(random_numbers({kFrames, channels}, type)),
        B(random_numbers({kFrames, states}, type)),
        C(random_numbers({kFrames, states}, type)),
        A(-torch::arange(1, rates + 1, torch::device(torch::kCUDA).dtype(torch::kFloat))
               .repeat({channels, 1})),
        D(random_numbers({channels}, torch::kFloat)),
        delta_bias(random_numbers({channels}, torch::kFloat)),
        out(torch::empty_like(u)),
        grad_out(random_numbers({kFrames, channels}, type)),
        grad_u(torch::empty_like(u)),
        grad_delta(torch::empty_like(u)),
        grad_z(torch::empty_like(u)) {
    ScanArrays<void>& in = forward.in;
    in.batch = kFrames / steps, in.steps = steps, in.channels = channels, in.states = states;
    in.rates = rates;
    in.packed = true, in.reverse = reverse;
    in.u = u.data_ptr(), in.delta = delta.data_ptr(), in.z = z.data_ptr(), in.z_stride = channels;
    in.B = B.data_ptr(), in.C = C.data_ptr(), in.B_stride = in.C_stride = states;
    in.A = A.data_ptr<float>(), in.D = D.data_ptr<float>(), in.delta_bias = delta_bias.data_ptr<float>();
    in.lengths = lines.lengths.data_ptr<int>(), in.first_rows = lines.first_rows.data_ptr<int>();
    checkpoints = empty_floats({in.checkpoint_count(kFrames), states, channels});
    forward.out = out.data_ptr();

    grad_A = empty_floats({in.batch, channels, rates});
    grad_D = empty_floats({in.batch, channels}), grad_bias = empty_floats({in.batch, channels});
    grad_BC = empty_floats({(channels + kScanWarp - 1) / kScanWarp, kFrames, 2, states});
    backward.in = in;
    backward.checkpoints = checkpoints.data_ptr<float>();
    backward.grad_out = grad_out.data_ptr();
    ScanGradientArrays<void>& grad = backward.grad;
    grad.u = grad_u.data_ptr(), grad.delta = grad_delta.data_ptr(), grad.z = grad_z.data_ptr();
    grad.A = grad_A.data_ptr<float>(), grad.BC = grad_BC.data_ptr<float>(), grad.D = grad_D.data_ptr<float>();
    grad.delta_bias = grad_bias.data_ptr<float>(), grad.rows = kFrames;
  }
};

// A tied A has one rate and not one for each state.
void scans(Rows& rows, int64_t steps, int64_t channels, int states, bool tied, torch::ScalarType type) {
  const int rates = tied ? 1 : states;
  const double elements = static_cast<double>(kFrames * channels),
               size = static_cast<double>(torch::elementSize(type)), BC = 2.0 * kFrames * states * size;
  // Softplus takes an exponential, the gate one and a reciprocal; their derivatives the same once more.
  const Work forward{4 * elements * size + BC, elements * (rates + 3)};
  const Work backward{7 * elements * size + 2 * BC, elements * (2 * rates + 5)};
  const std::string of_states =
      "\"N\": " + std::to_string(states) + ", \"tied\": " + (tied ? "true" : "false") + ", \"directions\": ";
  const ScanOfBench first(steps, channels, states, rates, type, false),
      second(steps, channels, states, rates, type, true);
  const NumberType number = number_type_of("cuda_kernels_bench", first.u);
  for (const int directions : {1, 2}) {
    const std::string sizes = sizes_of(steps, channels, type, of_states + std::to_string(directions));
    const auto times = [&](const Work& work) {
      return Work{work.bytes * directions, work.exponentials * directions};
    };
    ScanForward<void> reading[] = {first.forward, second.forward};
    rows.add("scan_forward", "ocrbatch", sizes, times(forward),
             [&] { scan_forward_cuda(number, reading, directions, nullptr); });
    ScanForward<void> training[] = {first.forward, second.forward};
    training[0].checkpoints = first.checkpoints.data_ptr<float>();
    training[1].checkpoints = second.checkpoints.data_ptr<float>();
    rows.add("scan_forward_with_checkpoints", "ocrbatch", sizes, times(forward),
             [&] { scan_forward_cuda(number, training, directions, nullptr); });
    const ScanBackward<void> gradients[] = {first.backward, second.backward};
    rows.add("scan_backward", "ocrbatch", sizes, times(backward),
             [&] { scan_backward_cuda(number, gradients, directions, nullptr); });
  }
}

// x is half of a projection's columns, as in a Mamba layer.
void convolution(Rows& rows, int64_t steps, int64_t channels, int taps, torch::ScalarType type) {
  const EqualLines lines(steps);
  const torch::Tensor projection = random_numbers({kFrames, 2 * channels}, type),
                      weight = random_numbers({channels, taps}, torch::kFloat),
                      bias = random_numbers({channels}, torch::kFloat),
                      grad_out = random_numbers({kFrames, channels}, type), out = torch::empty_like(grad_out),
                      grad_x = torch::empty_like(grad_out);
  ConvolutionArrays<void> in;
  in.batch = kFrames / steps, in.steps = steps, in.channels = channels, in.taps = taps;
  in.packed = true, in.first_offset = 1 - taps;
  in.x = projection.data_ptr(), in.x_stride = 2 * channels;
  in.weight = weight.data_ptr<float>(), in.bias = bias.data_ptr<float>();
  in.lengths = lines.lengths.data_ptr<int>(), in.first_rows = lines.first_rows.data_ptr<int>();
  const torch::Tensor grad_shared = empty_floats({in.batch * in.parts(), taps + 1, channels});
  const double elements = static_cast<double>(kFrames * channels),
               size = static_cast<double>(torch::elementSize(type));
  const NumberType number = number_type_of("cuda_kernels_bench", out);
  const std::string sizes = sizes_of(steps, channels, type, "\"taps\": " + std::to_string(taps));
  rows.add("convolution_forward", "ocrbatch", sizes, {2 * elements * size, 2 * elements},
           [&] { convolve_forward_cuda(number, in, out.data_ptr(), nullptr); });
  rows.add("convolution_backward", "ocrbatch", sizes, {3 * elements * size, 2 * elements}, [&] {
    convolve_backward_cuda(number, in, grad_out.data_ptr(), grad_x.data_ptr(), grad_shared.data_ptr<float>(),
                           nullptr);
  });
}

// Bias, residual connection, ReLU and padding of a stage's maps; and what LibTorch does for it, operation by
// operation.
void epilogue(Rows& rows, int64_t lines, int64_t channels, int64_t height, int64_t width,
              torch::ScalarType type) {
  const auto maps = [&] {
    return random_numbers({lines, channels, height, width}, type)
        .contiguous(torch::MemoryFormat::ChannelsLast);
  };
  const torch::Tensor to = maps(), skip = maps(), bias = random_numbers({channels}, torch::kFloat),
                      widths =
                          torch::full({lines}, width - 1, torch::device(torch::kCUDA).dtype(torch::kInt));
  EpilogueArrays<void> arrays;
  arrays.batch = lines, arrays.rows = static_cast<int>(height), arrays.columns = static_cast<int>(width);
  arrays.channels = static_cast<int>(channels);
  arrays.maps = to.data_ptr(), arrays.skip = skip.data_ptr(), arrays.bias = bias.data_ptr<float>();
  arrays.widths = widths.data_ptr<int>();
  const std::string sizes = "\"lines\": " + std::to_string(lines) +
                            ", \"channels\": " + std::to_string(channels) +
                            ", \"H\": " + std::to_string(height) + ", \"W\": " + std::to_string(width) +
                            ", \"dtype\": \"" + name_of(type) + "\"";
  const Work work{3.0 * static_cast<double>(to.numel()) * static_cast<double>(torch::elementSize(type)), 0};
  const NumberType number = number_type_of("cuda_kernels_bench", to);
  rows.add("convolution_epilogue", "ocrbatch", sizes, work,
           [&] { convolution_epilogue_cuda(number, arrays, nullptr); });
  const torch::Tensor of_channel = bias.to(type).view({1, channels, 1, 1});
  rows.add("convolution_epilogue", "torch", sizes, work, [&] {
    const torch::Tensor mask = torch::arange(width, widths.options()).lt(widths.unsqueeze(1));
    torch::Tensor out = to.add(of_channel).add_(skip).relu_().mul_(mask.to(type).view({lines, 1, 1, width}));
  });
}

// Lines of a page cut on the device: 40 rows of 640 columns each, shrunk to half, as from 300 dpi.
void cutting(Rows& rows, int lines) {
  const cv::Size size(2550, 3300);
  const torch::Tensor page =
      torch::randint(0, 256, {size.height, size.width}, torch::device(torch::kCUDA).dtype(torch::kByte));
  LinePreparation options;
  options.suppress_neighbours = false;
  std::vector<LineCropJob> jobs;
  for (int i = 0; i < lines; ++i) {
    LineGeometry geometry;
    const float y = 60.0F + static_cast<float>(i % 50) * 62.0F;
    geometry.baseline_start = {200.0F, y + 48}, geometry.baseline_end = {200.0F + 1400.0F, y + 52};
    geometry.ascent_px = 52, geometry.descent_px = 17;
    LineCropJob job;
    job.crop = plan_line_crop(size, geometry, options, {}).value();
    job.page = {page.data_ptr<std::uint8_t>(), size.width, size.width, size.height};
    jobs.push_back(job);
  }
  const int pixels = jobs.front().crop.width * jobs.front().crop.height;
  const auto bytes = torch::device(torch::kCUDA).dtype(torch::kByte);
  const torch::Tensor out = torch::empty({lines, pixels}, bytes);
  for (int i = 0; i < lines; ++i) jobs[static_cast<std::size_t>(i)].out = out[i].data_ptr<std::uint8_t>();
  const torch::Tensor there =
      torch::from_blob(jobs.data(), {static_cast<int64_t>(jobs.size() * sizeof(LineCropJob))}, torch::kByte)
          .to(torch::kCUDA);
  const double covered = 1400.0 * 69 * lines;
  rows.add("line_crop", "ocrbatch",
           "\"lines\": " + std::to_string(lines) + ", \"width\": " + std::to_string(jobs.front().crop.width),
           {covered + 3.0 * pixels * lines, 0}, [&] {
             crop_lines_cuda(reinterpret_cast<const LineCropJob*>(there.data_ptr()), lines, pixels, nullptr);
           });
}

std::string ctc_sizes(int64_t lines, int64_t steps, int64_t classes, torch::ScalarType type) {
  return "\"lines\": " + std::to_string(lines) + ", \"T\": " + std::to_string(steps) +
         ", \"classes\": " + std::to_string(classes) + ", \"dtype\": \"" + name_of(type) + "\"";
}

void greedy(Rows& rows, int64_t lines, int64_t steps, int64_t classes, torch::ScalarType type) {
  const auto ints = torch::device(torch::kCUDA).dtype(torch::kInt);
  const torch::Tensor logits = random_numbers({lines, steps, classes}, type),
                      frames = torch::full({lines}, steps, ints), best = torch::empty({lines, steps}, ints),
                      labels = torch::empty_like(best), first = torch::empty_like(best),
                      last = torch::empty_like(best), counts = torch::empty({lines}, ints),
                      of_best = empty_floats({lines, steps}), probabilities = torch::empty_like(of_best);
  CtcGreedyArrays<float> arrays;
  arrays.batch = lines, arrays.steps = steps, arrays.classes = classes;
  arrays.frames = frames.data_ptr<int>(), arrays.best = best.data_ptr<int>();
  arrays.best_probability = of_best.data_ptr<float>(), arrays.counts = counts.data_ptr<int>();
  arrays.labels = labels.data_ptr<int>(), arrays.first_frames = first.data_ptr<int>();
  arrays.last_frames = last.data_ptr<int>(), arrays.probabilities = probabilities.data_ptr<float>();
  const double numbers = static_cast<double>(logits.numel());
  rows.add("ctc_greedy", "ocrbatch", ctc_sizes(lines, steps, classes, type),
           {numbers * static_cast<double>(torch::elementSize(type)), numbers}, [&] {
             ctc_greedy_cuda(arrays, number_type_of("ctc_greedy", logits), logits.data_ptr(), nullptr);
           });
}

// The loss and its gradient, of lines that fill their frames: LibTorch takes cuDNN's for no others.
void loss(Rows& rows, int64_t lines, int64_t steps, int64_t classes, int64_t labels_of_line) {
  torch::Tensor logits = random_numbers({lines, steps, classes}, torch::kFloat).requires_grad_(true);
  const torch::Tensor labels = torch::randint(1, classes, {lines * labels_of_line}, torch::kInt),
                      frames = torch::full({lines}, steps, torch::kInt),
                      counts = torch::full({lines}, labels_of_line, torch::kInt);
  const torch::Tensor labels_there = labels.to(torch::kCUDA, torch::kLong);
  const std::vector<int64_t> frames_here(static_cast<std::size_t>(lines), steps),
      counts_here(static_cast<std::size_t>(lines), labels_of_line);
  const std::string sizes =
      ctc_sizes(lines, steps, classes, torch::kFloat) + ", \"labels\": " + std::to_string(labels_of_line);
  // Logits read, gradient written; the softmax once.
  const double numbers = static_cast<double>(logits.numel());
  const auto add = [&](const char* by, const std::function<torch::Tensor()>& compute) {
    rows.add("ctc_loss", by, sizes, {2 * numbers * sizeof(float), numbers}, [&] {
      logits.mutable_grad() = torch::Tensor();
      compute().backward();
    });
  };
  const auto torch_loss = [&](const torch::Tensor& targets) {
    return torch::ctc_loss(torch::log_softmax(logits, -1).transpose(0, 1), targets, frames_here, counts_here,
                           kCtcBlank, at::Reduction::Sum, /*zero_infinity=*/true);
  };
  add("ocrbatch", [&] { return ctc_loss({logits, frames, labels, counts}).sum(); });
  add("torch", [&] { return torch_loss(labels_there); });
  add("torch with cuDNN", [&] { return torch_loss(labels); });
}

}  // namespace

int main() {
  torch::manual_seed(1);
  Rows rows;
  constexpr torch::ScalarType kTypes[] = {torch::kBFloat16, torch::kHalf, torch::kFloat};
  for (const int64_t steps : {64, 128, 256, 512, 1024, 2048})
    for (const int64_t channels : {256, 512, 1024})
      for (const auto type : kTypes) {
        for (const int states : {8, 16})
          for (const bool tied : {false, true}) scans(rows, steps, channels, states, tied, type);
        if (steps <= 512) convolution(rows, steps, channels, 4, type);
      }
  for (const int states : {4, 64}) scans(rows, 256, 512, states, false, torch::kBFloat16);
  convolution(rows, 256, 512, 8, torch::kBFloat16);
  for (const auto type : {torch::kBFloat16, torch::kFloat}) {
    epilogue(rows, 204, 32, 16, 320, type);
    epilogue(rows, 204, 64, 8, 160, type);
    epilogue(rows, 204, 96, 4, 160, type);
  }
  for (const int lines : {50, 200, 800}) cutting(rows, lines);
  for (const int64_t lines : {64, 512})
    for (const int64_t classes : {96, 374, 6000}) {
      for (const auto type : kTypes) greedy(rows, lines, 160, classes, type);
      loss(rows, lines, 160, classes, 45);
      if (classes < 1000) loss(rows, lines, 512, classes, 45);  // beyond, LibTorch's takes tens of gigabytes
    }
  return 0;
}
