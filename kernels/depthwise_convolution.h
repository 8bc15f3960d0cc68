// Depthwise 1-D convolution along time with SiLU, as in front of Mamba's selective scan (arXiv 2312.00752,
// figure 3), for batches of lines of different lengths.
//
//     pre_t[d] = bias[d] + sum_k weight[d, k] * x_{t + offset(k)}[d]
//     out_t[d] = silu(pre_t[d])
//
// x is zero outside 0 .. lengths[b]-1; with silu = false, out = pre. offset(k) is
//
//     kCausal      k - (K-1)      the past and now; weight[:, K-1] meets x_t, as in causal-conv1d
//     kAnticausal  (K-1) - k      the causal convolution of the reversed line
//     kCentred     k - (K-1)/2
//
// Outputs and gradients at t >= lengths[b] are zero, and nothing there is read. Instead of (batch, T,
// channels), lines may come packed, (rows, channels) one after another without padding.
#pragma once

#include <ATen/core/Tensor.h>

namespace ocrbatch::kernels {

enum class ConvolutionWindow { kCausal, kAnticausal, kCentred };

struct DepthwiseConvolutionInputs {
  at::Tensor x;        // (batch, T, channels)
  at::Tensor weight;   // (channels, K), K in 1 .. 16
  at::Tensor bias;     // (channels)
  at::Tensor lengths;  // (batch) int32 on the CPU, each in 0 .. T; of packed lines, rows in sum; see places
  ConvolutionWindow window = ConvolutionWindow::kCausal;
  bool silu = true;
  // line_places() where several calls share the lines; undefined: made in each. Made from lengths on the
  // device, they stand for `lengths`, which then are undefined.
  at::Tensor places = {};
};

// Returns out in x's shape and dtype; differentiable in x, weight and bias. Computes in float32.
// Throws c10::Error naming the shape that does not fit.
at::Tensor depthwise_convolution(const DepthwiseConvolutionInputs& inputs);

// The definition in plain loops and double precision, without autograd; float64 result.
at::Tensor depthwise_convolution_reference(const DepthwiseConvolutionInputs& inputs);

// Offset of tap k of K, see above.
int convolution_offset(ConvolutionWindow window, int k, int taps);

}  // namespace ocrbatch::kernels
