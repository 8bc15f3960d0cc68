// Marks code that one CUDA thread runs, and that the CPU compiles too, so that tests execute it without a
// GPU.
#pragma once

#ifdef __CUDACC__
#define OCRBATCH_PER_THREAD __host__ __device__ inline
// A template over the block that runs it (block.h): nvcc makes the device's code only.
#define OCRBATCH_BLOCK_CODE __device__ inline
#else
#define OCRBATCH_PER_THREAD inline
#define OCRBATCH_BLOCK_CODE inline
#endif

// In front of a loop whose indices must be known at compile time, for what it indexes to lie in registers;
// the second with a constant of how many rounds at a time.
#ifdef __CUDACC__
#define OCRBATCH_PRAGMA(text) _Pragma(#text)
#define OCRBATCH_UNROLL OCRBATCH_PRAGMA(unroll)
#define OCRBATCH_UNROLL_BY(rounds) OCRBATCH_PRAGMA(unroll rounds)
#else
#define OCRBATCH_UNROLL
#define OCRBATCH_UNROLL_BY(rounds)
#endif
