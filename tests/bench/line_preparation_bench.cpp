// How long cutting one line takes: a line of a 300-dpi letter page between its neighbours.
#include <benchmark/benchmark.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "kernels/line_preparation.h"

namespace {

using ocrbatch::kernels::LineGeometry;
using ocrbatch::kernels::LinePreparation;

// Three lines of print, 1900 px wide, with capitals of 33 px, tilted by `slope`.
cv::Mat make_page(double slope) {
  cv::Mat page(220, 2000, CV_8UC1, cv::Scalar(245));
  for (int baseline : {60, 110, 160}) {
    cv::putText(page, "The quick brown fox jumps over the lazy dog, again and again, until midnight.",
                {40, baseline}, cv::FONT_HERSHEY_COMPLEX, 1.35, cv::Scalar(30), 3, cv::LINE_AA);
  }
  const cv::Mat tilt = (cv::Mat_<double>(2, 3) << 1, 0, 0, slope, 1, -slope * 1000);
  cv::warpAffine(page, page, tilt, page.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  return page;
}

LineGeometry middle_line(double slope) {
  const auto y = [&](double x) { return static_cast<float>(110 + slope * (x - 1000)); };
  return {{40, y(40)}, {1940, y(1940)}, 34, 11, 22};
}

// Argument: slope in thousandths.
void BM_PrepareLine(benchmark::State& state) {
  const double slope = state.range(0) / 1000.0;
  const cv::Mat page = make_page(slope);
  const LineGeometry geometry = middle_line(slope);
  for (auto _ : state) benchmark::DoNotOptimize(prepare_line(page, geometry, LinePreparation{}).pixels.data);
}
BENCHMARK(BM_PrepareLine)->Arg(0)->Arg(2)->Arg(20)->Unit(benchmark::kMicrosecond);

void BM_PrepareLineWithNeighbours(benchmark::State& state) {
  const cv::Mat page = make_page(0.002);
  LinePreparation options;
  options.suppress_neighbours = false;
  for (auto _ : state) benchmark::DoNotOptimize(prepare_line(page, middle_line(0.002), options).pixels.data);
}
BENCHMARK(BM_PrepareLineWithNeighbours)->Unit(benchmark::kMicrosecond);

void BM_FindLineGeometry(benchmark::State& state) {
  const cv::Mat line = make_page(0).rowRange(70, 125).clone();
  for (auto _ : state) benchmark::DoNotOptimize(ocrbatch::kernels::find_line_geometry(line).ascent_px);
}
BENCHMARK(BM_FindLineGeometry)->Unit(benchmark::kMicrosecond);

}  // namespace

int main(int argc, char** argv) {
  cv::setNumThreads(0);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
