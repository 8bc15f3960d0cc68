// The functions that the kernels' inner loops call, for Highway's per-target namespaces: without special
// cases, so they cost less than Highway's own.
#if defined(OCRBATCH_VECTOR_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef OCRBATCH_VECTOR_MATH_INL_H
#undef OCRBATCH_VECTOR_MATH_INL_H
#else
#define OCRBATCH_VECTOR_MATH_INL_H
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {

// 1.5 * 2^23: what is added to it is rounded to a whole number, which then stands in the lowest bits. That
// takes half the instructions of a conversion to integers, which minds numbers that have none.
inline constexpr float kRounding = 12582912.0F;

// p * 2^k, for k + kRounding, where the result is a normal number.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> times_power_of_two(Tag tag, hwy::HWY_NAMESPACE::Vec<Tag> p,
                                                           hwy::HWY_NAMESPACE::Vec<Tag> shifted_k) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToSigned<Tag> ints;
  return hn::BitCast(tag, hn::Add(hn::BitCast(ints, p), hn::ShiftLeft<23>(hn::BitCast(ints, shifted_k))));
}

// exp(x) for x of at most zero. Relative error below 2e-7; arguments below -87 give the smallest normal
// numbers, not denormals.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> nonpositive_exp(Tag tag, hwy::HWY_NAMESPACE::Vec<Tag> x) {
  namespace hn = hwy::HWY_NAMESPACE;
  x = hn::Max(x, hn::Set(tag, -87.0F));
  const auto shifted_k = hn::MulAdd(x, hn::Set(tag, 1.44269504F), hn::Set(tag, kRounding));
  const auto k = hn::Sub(shifted_k, hn::Set(tag, kRounding));
  // x - k ln 2 in two steps keeps the remainder exact (Cody and Waite).
  auto r = hn::NegMulAdd(k, hn::Set(tag, 0.693359375F), x);
  r = hn::NegMulAdd(k, hn::Set(tag, -2.12194440e-4F), r);
  auto p = hn::Set(tag, 1.9875691500e-4F);  // Cephes expf's minimax polynomial
  p = hn::MulAdd(p, r, hn::Set(tag, 1.3981999507e-3F));
  p = hn::MulAdd(p, r, hn::Set(tag, 8.3334519073e-3F));
  p = hn::MulAdd(p, r, hn::Set(tag, 4.1665795894e-2F));
  p = hn::MulAdd(p, r, hn::Set(tag, 1.6666665459e-1F));
  p = hn::MulAdd(p, r, hn::Set(tag, 5.0000001201e-1F));
  p = hn::MulAdd(p, hn::Mul(r, r), hn::Add(r, hn::Set(tag, 1.0F)));
  return times_power_of_two(tag, p, shifted_k);
}

// 2^y for y of at most zero: a multiplication and a correction fewer. Relative error below 3e-7 beside that
// of y itself; arguments below -126 give the smallest normal numbers.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> nonpositive_exp2(Tag tag, hwy::HWY_NAMESPACE::Vec<Tag> y) {
  namespace hn = hwy::HWY_NAMESPACE;
  y = hn::Max(y, hn::Set(tag, -126.0F));
  const auto shifted_k = hn::Add(y, hn::Set(tag, kRounding));
  const auto r = hn::Sub(y, hn::Sub(shifted_k, hn::Set(tag, kRounding)));
  auto p = hn::Set(tag, 0.0013276472454890609F);  // minimax on [-1/2, 1/2] in the relative error
  p = hn::MulAdd(p, r, hn::Set(tag, 0.009675540961325169F));
  p = hn::MulAdd(p, r, hn::Set(tag, 0.05550713092088699F));
  p = hn::MulAdd(p, r, hn::Set(tag, 0.24022120237350464F));
  p = hn::MulAdd(p, r, hn::Set(tag, 0.6931469440460205F));
  p = hn::MulAdd(p, r, hn::Set(tag, 1.0F));
  return times_power_of_two(tag, p, shifted_k);
}

// 2^y for y of at most zero by VREDUCEPS, which leaves y's fraction, and VSCALEFPS: four instructions fewer,
// and no limit below. Relative error below 2e-7 beside that of y itself. Without AVX-512, nonpositive_exp2.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> nonpositive_exp2_by_scaling(Tag tag, hwy::HWY_NAMESPACE::Vec<Tag> y) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if constexpr (sizeof(y) == sizeof(__m512)) {
    namespace hn = hwy::HWY_NAMESPACE;
    constexpr int kFractionAboveFloor = 0b1001;  // rounded down, no exception for inexactness
    const hn::Vec<Tag> r{_mm512_reduce_ps(y.raw, kFractionAboveFloor)};
    auto p = hn::Set(tag, 0.0018671316793188453F);  // minimax on [0, 1] in the relative error, 1 at zero
    p = hn::MulAdd(p, r, hn::Set(tag, 0.009017026983201504F));
    p = hn::MulAdd(p, r, hn::Set(tag, 0.05579991638660431F));
    p = hn::MulAdd(p, r, hn::Set(tag, 0.24016444385051727F));
    p = hn::MulAdd(p, r, hn::Set(tag, 0.6931512951850891F));
    p = hn::MulAdd(p, r, hn::Set(tag, 1.0F));
    return hn::Vec<Tag>{_mm512_scalef_ps(p.raw, y.raw)};
  }
#endif
  return nonpositive_exp2(tag, y);
}

// exp(-|x|): relative error below 3e-7 + 1e-7 |x|.
template <bool kByScaling = false, class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> exp_of_minus_abs(Tag tag, hwy::HWY_NAMESPACE::Vec<Tag> x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const auto y = hn::Mul(hn::Abs(x), hn::Set(tag, -1.44269504F));
  return kByScaling ? nonpositive_exp2_by_scaling(tag, y) : nonpositive_exp2(tag, y);
}

// 1 / x of a normal number: relative error below 3e-7. A division takes as long as ten products.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> reciprocal(Tag tag, hwy::HWY_NAMESPACE::Vec<Tag> x) {
  namespace hn = hwy::HWY_NAMESPACE;
#if HWY_ARCH_X86
  // Of 12 bits or 14; a step of Newton's method doubles them.
  const auto r = hn::ApproximateReciprocal(x);
  return hn::Mul(r, hn::NegMulAdd(x, r, hn::Set(tag, 2.0F)));
#else
  return hn::Div(hn::Set(tag, 1.0F), x);
#endif
}

// 1 / (1 + exp(-x)): relative error below 1e-6 for x above -5, and 3e-7 + 1e-7 |x| for others.
template <bool kByScaling = false, class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> sigmoid(Tag tag, hwy::HWY_NAMESPACE::Vec<Tag> x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const auto one = hn::Set(tag, 1.0F), small = exp_of_minus_abs<kByScaling>(tag, x);
  const auto of_positive = reciprocal(tag, hn::Add(one, small));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(tag)), hn::Mul(small, of_positive), of_positive);
}

// log(1 + exp(x)) as max(x, 0) + log1p(exp(-|x|)): no overflow for large x, and small ones keep their
// relative precision: the error is below that of exp_of_minus_abs and 2e-7.
template <bool kByScaling = false, class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> softplus(Tag tag, hwy::HWY_NAMESPACE::Vec<Tag> x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const auto e = exp_of_minus_abs<kByScaling>(tag, x);
  // log1p(e) / e on [0, 1], minimax in the relative error (3e-8; 2e-7 with float32's own).
  auto p = hn::Set(tag, 0.005232692696154118F);
  p = hn::MulAdd(p, e, hn::Set(tag, -0.029505232349038124F));
  p = hn::MulAdd(p, e, hn::Set(tag, 0.07822594046592712F));
  p = hn::MulAdd(p, e, hn::Set(tag, -0.13663244247436523F));
  p = hn::MulAdd(p, e, hn::Set(tag, 0.19106006622314453F));
  p = hn::MulAdd(p, e, hn::Set(tag, -0.2484298199415207F));
  p = hn::MulAdd(p, e, hn::Set(tag, 0.3331909775733948F));
  p = hn::MulAdd(p, e, hn::Set(tag, -0.4999949336051941F));
  p = hn::MulAdd(p, e, hn::Set(tag, 0.9999999403953552F));
  return hn::MulAdd(p, e, hn::Max(x, hn::Zero(tag)));
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#endif
