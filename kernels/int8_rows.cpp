#include "kernels/int8_rows.h"

#include "kernels/int8_rows_x86.h"

namespace ocrbatch::kernels {

int int8_speedup() {
  return has_vnni() ? 4 : has_avx2() ? 2 : 1;
}

int int8_weight_limit() {
  return has_vnni() || !has_avx2() ? 127 : 63;
}

void int8_rows(const Int8Rows& rows, float* to) {
  if (has_amx()) return int8_rows_amx(rows, to);
  if (has_vnni()) return int8_rows_vnni(rows, to);
  if (has_avx2()) return int8_rows_avx2(rows, to);
  int8_rows_ref(rows, to);
}

}  // namespace ocrbatch::kernels
