// Executes on the CPU what each CUDA thread of line preparation does, and holds it to prepare_line.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <string>

#include "kernels/line_crop_plan.h"
#include "kernels/line_crop_thread.h"
#include "kernels/line_frame.h"

namespace ocrbatch::kernels {
namespace {

struct CropCase {
  std::string name;
  float text_scale;  // of letters whose capitals are 22 px
  LineGeometry geometry;
  bool inverted = false;
  int height_px = 32, max_width_px = 2560;
};

// Lines of print under each other, with a scanner's noise and a shadow across them.
cv::Mat printed_page(float scale, bool inverted) {
  cv::Mat page(400, 900, CV_8UC1, cv::Scalar(235));
  for (int x = 0; x < page.cols; ++x) page.col(x) -= x / 12;
  for (int y = 60; y < page.rows + 40; y += static_cast<int>(50 * scale))
    cv::putText(page, "Handgloves, Quartz & 1984", {20, y}, cv::FONT_HERSHEY_SIMPLEX, scale, cv::Scalar(30),
                2, cv::LINE_AA);
  cv::Mat noise(page.size(), CV_8SC1);
  cv::RNG random(7);
  random.fill(noise, cv::RNG::NORMAL, 0, 4);
  cv::add(page, noise, page, cv::noArray(), CV_8U);
  if (inverted) cv::bitwise_not(page, page);
  return page;
}

cv::Mat crop_by_threads(const cv::Mat& page, const LineCrop& crop, bool last_thread_first) {
  constexpr int kThreads = 64;
  const PagePixels pixels{page.data, static_cast<std::int64_t>(page.step), page.cols, page.rows};
  cv::Mat out(crop.height, crop.width, CV_8UC1);
  for (int y = 0; y < crop.height; ++y)
    for (int x = 0; x < crop.width; ++x) out.at<uchar>(y, x) = crop_pixel(crop, pixels, x, y);
  const auto memory = std::make_unique<LineCropMemory<kThreads>>();
  std::memset(memory.get(), 0xFF, sizeof(*memory));
  crop_darkness(HostBlock{kThreads, last_thread_first}, crop, out.data, *memory);
  return out;
}

class LineCropTest : public testing::TestWithParam<CropCase> {};

TEST_P(LineCropTest, IsWhatPrepareLineMakes) {
  const CropCase& of = GetParam();
  const cv::Mat page = printed_page(of.text_scale, of.inverted);
  LinePreparation options;
  options.suppress_neighbours = false;
  options.height_px = of.height_px, options.max_width_px = of.max_width_px;
  const cv::Mat expected = prepare_line(page, of.geometry, options).pixels;
  const auto crop = plan_line_crop(page.size(), of.geometry, options,
                                   estimate_paper(page, page_region(page.size(), of.geometry)));
  ASSERT_TRUE(crop.has_value());
  const cv::Mat found = crop_by_threads(page, *crop, /*last_thread_first=*/false);
  ASSERT_EQ(found.size(), expected.size());
  cv::Mat difference;
  cv::absdiff(found, expected, difference);
  double most = 0;
  cv::minMaxLoc(difference, nullptr, &most);
  // A gray level of the page, by rounding, may be two of the crop, whose contrast is stretched.
  EXPECT_LE(most, 2);
  EXPECT_LE(cv::countNonZero(difference > 1), 1e-4 * static_cast<double>(difference.total()));
  EXPECT_EQ(cv::countNonZero(found != crop_by_threads(page, *crop, /*last_thread_first=*/true)), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, LineCropTest,
    testing::Values(CropCase{"shrunk", 1, {{20, 110}, {480, 110}, 22, 7, 15}},
                    CropCase{"shrunk_much", 3, {{20, 210}, {890, 210}, 66, 20, 45}},
                    CropCase{"slanted", 1, {{20, 100}, {480, 131}, 22, 7, 15}},
                    CropCase{"upside_down", 1, {{480, 110}, {20, 104}, 22, 7, 15}},
                    CropCase{"enlarged", 1, {{20, 110}, {480, 113}, 22, 7, 15}, false, 64},
                    CropCase{"nearly_as_it_is", 1, {{20, 110}, {480, 110}, 22, 7, 15}, false, 36},
                    CropCase{"inverted", 1, {{20, 110}, {480, 110}, 22, 7, 15}, true},
                    CropCase{"squeezed", 1, {{20, 110}, {480, 110}, 22, 7, 15}, false, 48, 200},
                    CropCase{"at_the_edge", 1, {{-30, 12}, {300, 5}, 22, 7, 15}},
                    CropCase{"beside_the_page", 1, {{-300, -212}, {-100, -205}, 22, 7, 15}}),
    [](const auto& info) { return info.param.name; });

TEST(LineCrop, IsNothingForALineThatIsNone) {
  LinePreparation options;
  options.suppress_neighbours = false;
  EXPECT_FALSE(plan_line_crop({100, 100}, {{10, 10}, {10, 10}, 22, 7, 15}, options, {}).has_value());
  EXPECT_FALSE(
      plan_line_crop({9000, 9000}, {{10, 4000}, {8000, 4000}, 3900, 700, 2000}, options, {}).has_value());
}

}  // namespace
}  // namespace ocrbatch::kernels
