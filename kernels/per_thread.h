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
