// Writing single images, for tools that make them.
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>

namespace ocrbatch::io {

// CV_8UC1 as a gray PNG. Throws OutputError.
void write_png(const std::filesystem::path& file, const cv::Mat& gray);

}  // namespace ocrbatch::io
