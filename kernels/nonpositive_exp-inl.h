// exp of numbers that are at most zero, for Highway's per-target namespaces: no special cases, so it costs
// less than hn::Exp in the loops that call it for every state and step.
#if defined(OCRBATCH_NONPOSITIVE_EXP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef OCRBATCH_NONPOSITIVE_EXP_INL_H
#undef OCRBATCH_NONPOSITIVE_EXP_INL_H
#else
#define OCRBATCH_NONPOSITIVE_EXP_INL_H
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {

// Relative error below 2e-7; arguments below -87 give the smallest normal numbers, not denormals.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> nonpositive_exp(Tag tag, hwy::HWY_NAMESPACE::Vec<Tag> x) {
  namespace hn = hwy::HWY_NAMESPACE;
  x = hn::Max(x, hn::Set(tag, -87.0F));
  const auto k = hn::Round(hn::Mul(x, hn::Set(tag, 1.44269504F)));
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
  const hn::RebindToSigned<Tag> ints;
  const auto exponent = hn::ShiftLeft<23>(hn::ConvertTo(ints, k));
  return hn::BitCast(tag, hn::Add(hn::BitCast(ints, p), exponent));
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#endif
