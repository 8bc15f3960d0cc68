// Going through arrays in vectors, for Highway's per-target namespaces.
#if defined(OCRBATCH_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef OCRBATCH_VECTORS_INL_H
#undef OCRBATCH_VECTORS_INL_H
#else
#define OCRBATCH_VECTORS_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {

// each(vector, place of its first number, how many there are) for all of x; the last vector is filled up with
// `filler`. Nothing behind the end is read.
template <class Each>
HWY_INLINE void for_vectors(const float* x, std::int64_t count, float filler, const Each& each) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<float> f;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) each(hn::LoadU(f, x + i), i, lanes);
  if (i == count) return;
  HWY_ALIGN float last[hn::MaxLanes(f)];
  std::fill(std::copy(x + i, x + count, last), last + lanes, filler);
  each(hn::Load(f, last), i, count - i);
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#endif
