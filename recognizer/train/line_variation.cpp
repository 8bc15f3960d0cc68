#include "recognizer/train/line_variation.h"

#include <torch/torch.h>

namespace ocrbatch::recognizer {
namespace {

// The share of lines that each way of changing them meets.
constexpr double kShare = 0.5;

// How far each way goes.
constexpr double kShear = 0.12;    // columns a row
constexpr double kStretch = 0.08;  // of the height
constexpr double kShift = 0.05;    // of the height
constexpr double kStroke = 0.5;    // of the way to one pixel more or less on each side
constexpr double kBlurPx = 1.1;    // standard deviation
constexpr double kLogGamma = 0.4;
constexpr double kNoise = 0.08;  // standard deviation, of the ink's darkness

// A number for each line, as (batch, 1, 1, 1) on the images' device: between low and high for a share of the
// lines, and 0 for the others.
class LineNumbers {
 public:
  explicit LineNumbers(const torch::Tensor& images) : batch_(images.size(0)), device_(images.device()) {}

  torch::Tensor between(double low, double high) const {
    const torch::Tensor any = torch::rand({batch_}) * (high - low) + low,
                        is_met = torch::rand({batch_}).lt(kShare);
    return (any * is_met).to(device_).view({batch_, 1, 1, 1});
  }

 private:
  int64_t batch_;
  torch::Device device_;
};

torch::Tensor moved(const torch::Tensor& images, const LineNumbers& draw) {
  const int64_t height = images.size(2), width = images.size(3);
  const auto floats = torch::TensorOptions(images.device()).dtype(torch::kFloat);
  // Rows and columns counted from the image's centre.
  const torch::Tensor
      y = (torch::arange(height, floats) - 0.5 * static_cast<double>(height - 1)).view({1, height, 1, 1}),
      x = (torch::arange(width, floats) - 0.5 * static_cast<double>(width - 1)).view({1, 1, width, 1});
  const torch::Tensor from_y = y * (1 + draw.between(-kStretch, kStretch)) +
                               draw.between(-kShift, kShift) * static_cast<double>(height),
                      from_x = x + y * draw.between(-kShear, kShear);
  // grid_sample counts from -1 to 1.
  const auto normalized = [](const torch::Tensor& from_centre, int64_t size) {
    return from_centre * (2.0 / static_cast<double>(std::max<int64_t>(1, size - 1)));
  };
  const torch::Tensor grid =
      torch::cat({normalized(from_x, width).expand({images.size(0), height, width, 1}),
                  normalized(from_y, height).expand({images.size(0), height, width, 1})},
                 -1);
  return torch::nn::functional::grid_sample(
      images, grid,
      torch::nn::functional::GridSampleFuncOptions().mode(torch::kBilinear).align_corners(true));
}

torch::Tensor with_other_strokes(const torch::Tensor& images, const LineNumbers& draw) {
  const auto widest = [](const torch::Tensor& maps) {
    return torch::max_pool2d(maps, {3, 3}, {1, 1}, {1, 1});
  };
  const torch::Tensor thicker = widest(images), thinner = -widest(-images),
                      change = draw.between(-kStroke, kStroke);
  return images + change.clamp_min(0) * (thicker - images) + change.clamp_max(0) * (images - thinner);
}

// With a kernel of each line's own, across and down.
torch::Tensor blurred(const torch::Tensor& images, const LineNumbers& draw) {
  constexpr int64_t kReach = 3;
  const int64_t batch = images.size(0);
  const torch::Tensor away = torch::arange(-kReach, kReach + 1,
                                           torch::TensorOptions(images.device()).dtype(torch::kFloat)),
                      sigma = draw.between(0.3, kBlurPx).clamp_min(1e-3).view({batch, 1});
  torch::Tensor weights = torch::exp(-0.5 * torch::square(away / sigma));
  weights = weights / weights.sum(1, /*keepdim=*/true);
  const torch::Tensor lines = images.transpose(0, 1);  // (1, batch, H, W)
  const torch::Tensor across = torch::conv2d(lines, weights.view({batch, 1, 1, 2 * kReach + 1}), {}, 1,
                                             at::IntArrayRef{0, kReach}, 1, batch);
  return torch::conv2d(across, weights.view({batch, 1, 2 * kReach + 1, 1}), {}, 1, at::IntArrayRef{kReach, 0},
                       1, batch)
      .transpose(0, 1);
}

}  // namespace

torch::Tensor vary_lines(const torch::Tensor& images, const torch::Tensor& widths) {
  const torch::NoGradGuard no_grad;
  if (images.numel() == 0) return images;
  const LineNumbers draw(images);
  torch::Tensor varied = moved(images, draw);
  varied = with_other_strokes(varied, draw);
  varied = blurred(varied, draw).clamp(0, 1);
  varied = torch::pow(varied, torch::exp(draw.between(-kLogGamma, kLogGamma)));
  varied = (varied + torch::randn_like(varied) * draw.between(0, kNoise)).clamp(0, 1);
  const torch::Tensor is_line =
      torch::arange(images.size(3), torch::TensorOptions(images.device()).dtype(torch::kInt))
          .unsqueeze(0)
          .lt(widths.to(images.device()).unsqueeze(1));
  return varied * is_line.view({images.size(0), 1, 1, images.size(3)});
}

}  // namespace ocrbatch::recognizer
