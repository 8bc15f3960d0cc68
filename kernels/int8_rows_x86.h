// int8_rows() by the instructions of x86-64, for processors that have them. Highway 1.0 has no operation for
// products of bytes, so they are called by their names, in functions compiled for them.
#pragma once

#include "kernels/int8_rows.h"

namespace ocrbatch::kernels {

bool has_vnni();  // AVX-512 with VNNI
void int8_rows_vnni(const Int8Rows& rows, float* to);

bool has_amx();  // tiles of bytes (AMX-INT8) beside VNNI, and the system lets this process use them
void int8_rows_amx(const Int8Rows& rows, float* to);  // rows.skip apart from to

bool has_avx2();                                       // and FMA
void int8_rows_avx2(const Int8Rows& rows, float* to);  // |weight| <= 63

}  // namespace ocrbatch::kernels
