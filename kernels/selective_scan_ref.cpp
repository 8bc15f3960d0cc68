#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "kernels/line_rows.h"
#include "kernels/selective_scan.h"

namespace ocrbatch::kernels {

at::Tensor selective_scan_reference(const SelectiveScanInputs& in) {
  const auto as_double = [](const at::Tensor& t) {
    return t.defined() ? t.detach().to(at::kCPU, at::kDouble).contiguous() : at::Tensor();
  };
  const at::Tensor u = as_double(in.u), delta = as_double(in.delta), A = as_double(in.A), B = as_double(in.B),
                   C = as_double(in.C), D = as_double(in.D), z = as_double(in.z),
                   bias = as_double(in.delta_bias);
  const at::Tensor lengths = in.lengths.to(at::kCPU, at::kInt).contiguous();
  const LineRows lines("selective_scan_reference", u, lengths);
  const int64_t channels = u.size(-1), states = B.size(-1), rates = A.size(1);
  at::Tensor out = at::zeros_like(u);

  for (int64_t b = 0; b < lines.batch; ++b) {
    const int64_t length = lengths.data_ptr<int>()[b];
    for (int64_t d = 0; d < channels; ++d) {
      std::vector<double> h(static_cast<size_t>(states), 0.0);
      for (int64_t i = 0; i < length; ++i) {
        const int64_t t = in.reverse ? length - 1 - i : i;
        const int64_t row = lines.first[static_cast<size_t>(b)] + t;
        const int64_t at_td = row * channels + d, at_tn = row * states;
        double dt = delta.data_ptr<double>()[at_td] + (bias.defined() ? bias.data_ptr<double>()[d] : 0.0);
        if (in.delta_softplus) dt = std::log1p(std::exp(-std::abs(dt))) + std::max(dt, 0.0);
        const double u_t = u.data_ptr<double>()[at_td];
        double y = D.data_ptr<double>()[d] * u_t;
        for (int64_t n = 0; n < states; ++n) {
          double& state = h[static_cast<size_t>(n)];
          state = std::exp(dt * A.data_ptr<double>()[d * rates + (rates > 1 ? n : 0)]) * state +
                  dt * B.data_ptr<double>()[at_tn + n] * u_t;
          y += C.data_ptr<double>()[at_tn + n] * state;
        }
        if (z.defined()) {
          const double gate = z.data_ptr<double>()[at_td];
          y *= gate / (1.0 + std::exp(-gate));
        }
        out.data_ptr<double>()[at_td] = y;
      }
    }
  }
  return out;
}

}  // namespace ocrbatch::kernels
