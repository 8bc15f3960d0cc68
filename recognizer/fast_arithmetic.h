// What a device computes faster than float32. A network takes of it what it reads as well with.
#pragma once

namespace ocrbatch::recognizer {

struct FastArithmetic {
  bool bfloat16 = false;
  bool int8 = false;  // products of bytes, see kernels/int8_rows.h
};

}  // namespace ocrbatch::recognizer
