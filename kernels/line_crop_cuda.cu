#include "kernels/cuda_launch.h"
#include "kernels/line_crop_cuda.h"

namespace ocrbatch::kernels {
namespace {

struct LineCropLaunch {
  // Of either kernel; a power of two, as crop_darkness adds up over its threads.
  static constexpr int kThreads = 256;
};

__global__ void __launch_bounds__(LineCropLaunch::kThreads) pixels_kernel(const LineCropJob* jobs) {
  const LineCropJob& job = jobs[blockIdx.y];
  const int i = static_cast<int>(blockIdx.x) * LineCropLaunch::kThreads + static_cast<int>(threadIdx.x);
  if (i >= job.crop.width * job.crop.height) return;
  job.out[i] = crop_pixel(job.crop, job.page, i % job.crop.width, i / job.crop.width);
}

__global__ void __launch_bounds__(LineCropLaunch::kThreads) darkness_kernel(const LineCropJob* jobs) {
  __shared__ LineCropMemory<LineCropLaunch::kThreads> memory;
  const LineCropJob& job = jobs[blockIdx.x];
  crop_darkness(DeviceBlock(), job.crop, job.out, memory);
}

}  // namespace

void crop_lines_cuda(const LineCropJob* jobs, int count, int most_pixels, void* stream) {
  if (count == 0) return;
  constexpr int kThreads = LineCropLaunch::kThreads;
  const auto on = static_cast<cudaStream_t>(stream);
  const auto lines = static_cast<unsigned>(count);
  pixels_kernel<<<dim3(static_cast<unsigned>((most_pixels + kThreads - 1) / kThreads), lines), kThreads, 0,
                  on>>>(jobs);
  darkness_kernel<<<lines, kThreads, 0, on>>>(jobs);
  check_launch("line_crop");
}

}  // namespace ocrbatch::kernels
