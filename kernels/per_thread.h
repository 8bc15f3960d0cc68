// Marks code that one CUDA thread runs, and that the CPU compiles too, so that tests execute it without a
// GPU.
#pragma once

#ifdef __CUDACC__
#define OCRBATCH_PER_THREAD __host__ __device__ inline
#else
#define OCRBATCH_PER_THREAD inline
#endif
