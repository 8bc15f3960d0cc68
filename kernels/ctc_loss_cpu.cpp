// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/ctc_loss_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/ctc_loss_cpu.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// At most 16 lanes, so that kMargin covers every target.
using Floats = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Floats>;
constexpr Floats kFloats;
constexpr int64_t kMargin = 16;

// Log-probability of what cannot be: sums of thousands of these stay finite, and nothing likely comes near.
constexpr float kNever = -1e30F;

HWY_INLINE Vector log_add(Vector a, Vector b) {
  const Vector larger = hn::Max(a, b);
  const Vector rest = nonpositive_exp(kFloats, hn::Sub(hn::Min(a, b), larger));
  return hn::Add(larger, hn::Log(kFloats, hn::Add(hn::Set(kFloats, 1.0F), rest)));
}

HWY_INLINE Vector log_add(Vector a, Vector b, Vector c) {
  // The largest of the three contributes one to the sum, so only the others need an exponential.
  const Vector low = hn::Min(a, b), high = hn::Max(a, b);
  const Vector largest = hn::Max(high, c), middle = hn::Min(high, c);
  const Vector sum = hn::Add(nonpositive_exp(kFloats, hn::Sub(low, largest)),
                             nonpositive_exp(kFloats, hn::Sub(middle, largest)));
  return hn::Add(largest, hn::Log(kFloats, hn::Add(hn::Set(kFloats, 1.0F), sum)));
}

// log of the sum of exp(row); not a number where an element is not finite. Writes exp(row) / sum to
// `softmax` unless that is null.
float log_sum_exp(const float* row, int64_t classes, float* softmax) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(kFloats));
  const int64_t whole = classes / lanes * lanes;
  Vector largest = hn::Set(kFloats, row[0]), strange = hn::Zero(kFloats);
  for (int64_t c = 0; c < whole; c += lanes) {
    const Vector x = hn::LoadU(kFloats, row + c);
    largest = hn::Max(largest, x);
    strange = hn::Add(strange, hn::Sub(x, x));  // zero, or not a number
  }
  float maximum = hn::GetLane(hn::MaxOfLanes(kFloats, largest)),
        odd = hn::GetLane(hn::SumOfLanes(kFloats, strange));
  for (int64_t c = whole; c < classes; ++c) {
    maximum = std::max(maximum, row[c]);
    odd += row[c] - row[c];
  }
  if (odd != 0) return std::numeric_limits<float>::quiet_NaN();

  const Vector shift = hn::Set(kFloats, maximum);
  Vector sums = hn::Zero(kFloats);
  float sum = 0;
  for (int64_t c = 0; c < whole; c += lanes) {
    const Vector e = nonpositive_exp(kFloats, hn::Sub(hn::LoadU(kFloats, row + c), shift));
    sums = hn::Add(sums, e);
    if (softmax != nullptr) hn::StoreU(e, kFloats, softmax + c);
  }
  for (int64_t c = whole; c < classes; ++c) {
    const float e = std::exp(row[c] - maximum);
    sum += e;
    if (softmax != nullptr) softmax[c] = e;
  }
  sum += hn::GetLane(hn::SumOfLanes(kFloats, sums));
  if (softmax != nullptr) {
    const float scale = 1 / sum;
    for (int64_t c = 0; c < classes; ++c) softmax[c] *= scale;
  }
  return maximum + std::log(sum);
}

// Scores of states: the blanks before each label and behind the last, and the labels, apart, so that
// neighbours are neighbours in vectors. kMargin places of kNever on either side stand for states that there
// are not.
struct States {
  float *blank, *label;
};

// Everything about one line that both sweeps read, and the scores of every frame. Frame t's scores are
// relative to shift[t], the largest logit of the classes that occur in the line: they stay small, and keep
// their digits, however unlikely a line is as a whole.
class Lattice {
 public:
  explicit Lattice(const CtcLine& line)
      : line_(line),
        width_((line.label_count + 1 + kMargin - 1) / kMargin * kMargin),
        stride_(width_ + 2 * kMargin),
        memory_(static_cast<size_t>((3 * (line.frames + 1) + 5) * stride_), kNever) {
    skip_ = memory_.data() + kMargin;
    for (int64_t i = 1; i < line.label_count; ++i)
      if (line.labels[i] != line.labels[i - 1]) skip_[i] = 0;
    for (int64_t t = 0; t < line.frames; ++t) score_frame(t);
  }

  int64_t width() const { return width_; }
  double shift_sum() const { return shift_sum_; }

  // Forward sweep (alpha). Returns the log of the sum over all alignments, without the shifts.
  float forward() {
    alpha(-1).blank[0] = 0;  // as if a frame of blank stood before the first
    for (int64_t t = 0; t < line_.frames; ++t) {
      const States before = alpha(t - 1), now = alpha(t);
      const float* const scores = label_scores(t);
      const Vector blank = hn::Set(kFloats, scores[-1]);
      for (int64_t i = 0; i < width_; i += lanes()) {
        const Vector from_blank = hn::LoadU(kFloats, before.blank + i),
                     from_label = hn::LoadU(kFloats, before.label + i),
                     from_last = hn::LoadU(kFloats, before.label + i - 1);
        hn::StoreU(hn::Add(log_add(from_blank, from_last), blank), kFloats, now.blank + i);
        const Vector skipping = hn::Add(from_last, hn::LoadU(kFloats, skip_ + i));
        hn::StoreU(hn::Add(log_add(from_label, from_blank, skipping), hn::LoadU(kFloats, scores + i)),
                   kFloats, now.label + i);
      }
    }
    const States last = alpha(line_.frames - 1);
    const float a = last.blank[line_.label_count], b = last.label[line_.label_count - 1];
    return std::max(a, b) + std::log1p(std::exp(std::min(a, b) - std::max(a, b)));
  }

  // Backward sweep (beta): calls occupied(t, probability that frame t is in each state) from the last frame
  // to the first.
  template <class Occupied>
  void backward(float total, const Occupied& occupied) {
    const States share = row(0), after = row(1);  // after: the next frame's beta with its own scores
    after.blank[line_.label_count] = 0;           // as if a frame of blank stood behind the last
    const Vector sum = hn::Set(kFloats, total);
    for (int64_t t = line_.frames - 1; t >= 0; --t) {
      const States before = alpha(t);
      const float* const scores = label_scores(t);
      const Vector blank = hn::Set(kFloats, scores[-1]);
      // From the first state on, what is overwritten is not read again: states lead to later ones only.
      for (int64_t i = 0; i < width_; i += lanes()) {
        const Vector to_blank = hn::LoadU(kFloats, after.blank + i),
                     to_label = hn::LoadU(kFloats, after.label + i),
                     next_blank = hn::LoadU(kFloats, after.blank + i + 1),
                     next_label = hn::LoadU(kFloats, after.label + i + 1);
        const Vector skipping = hn::Add(next_label, hn::LoadU(kFloats, skip_ + i + 1));
        const Vector of_blank = log_add(to_blank, to_label),
                     of_label = log_add(to_label, next_blank, skipping);
        hn::StoreU(share_of(hn::LoadU(kFloats, before.blank + i), of_blank, sum), kFloats, share.blank + i);
        hn::StoreU(share_of(hn::LoadU(kFloats, before.label + i), of_label, sum), kFloats, share.label + i);
        hn::StoreU(hn::Add(of_blank, blank), kFloats, after.blank + i);
        hn::StoreU(hn::Add(of_label, hn::LoadU(kFloats, scores + i)), kFloats, after.label + i);
      }
      occupied(t, share);
    }
  }

 private:
  static int64_t lanes() { return static_cast<int64_t>(hn::Lanes(kFloats)); }

  static Vector share_of(Vector alpha, Vector beta, Vector total) {
    const Vector log_share = hn::Sub(hn::Add(alpha, beta), total);
    return nonpositive_exp(kFloats, hn::Min(log_share, hn::Zero(kFloats)));
  }

  States row(int64_t i) {
    float* const first = memory_.data() + (1 + 2 * i) * stride_ + kMargin;
    return {first, first + stride_};
  }
  States alpha(int64_t t) {
    float* const first = memory_.data() + (5 + 2 * (t + 1)) * stride_ + kMargin;
    return {first, first + stride_};
  }
  // Place -1 is the blank's.
  float* label_scores(int64_t t) { return memory_.data() + (7 + 2 * line_.frames + t) * stride_ + kMargin; }

  void score_frame(int64_t t) {
    const float* const logits = line_.logits + t * line_.classes;
    float* const scores = label_scores(t);
    float shift = scores[-1] = logits[0];
    for (int64_t i = 0; i < line_.label_count; ++i) {
      scores[i] = logits[line_.labels[i]];
      shift = std::max(shift, scores[i]);
    }
    for (int64_t i = -1; i < line_.label_count; ++i) scores[i] -= shift;
    shift_sum_ += shift;
  }

  const CtcLine& line_;
  int64_t width_, stride_;
  std::vector<float> memory_;
  float* skip_ = nullptr;  // zero where label i may follow label i-1 without a blank between
  double shift_sum_ = 0;
};

float line_loss(const CtcLine& line, float* gradient) {
  const int64_t numbers = line.frames * line.classes;
  double normalizer = 0;
  for (int64_t t = 0; t < line.frames; ++t) {
    const int64_t at = t * line.classes;
    normalizer += log_sum_exp(line.logits + at, line.classes, gradient == nullptr ? nullptr : gradient + at);
  }
  if (std::isnan(normalizer)) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    if (gradient != nullptr) std::fill_n(gradient, numbers, nan);
    return nan;
  }
  Lattice lattice(line);
  const float total = lattice.forward();
  if (total < kNever / 2) {
    if (gradient != nullptr) std::fill_n(gradient, numbers, 0.0F);
    return 0;
  }
  if (gradient != nullptr) {
    lattice.backward(total, [&](int64_t t, const States& share) {
      float* const row = gradient + t * line.classes;
      float blanks = 0;
      for (int64_t i = 0; i <= line.label_count; ++i) blanks += share.blank[i];
      row[0] -= blanks;
      for (int64_t i = 0; i < line.label_count; ++i) row[line.labels[i]] -= share.label[i];
    });
  }
  return static_cast<float>(normalizer - lattice.shift_sum() - total);
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(line_loss);

float ctc_loss_line_cpu(const CtcLine& line, float* gradient) {
  return HWY_DYNAMIC_DISPATCH(line_loss)(line, gradient);
}

}  // namespace ocrbatch::kernels
#endif
