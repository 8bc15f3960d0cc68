// Group 4 fax data without a file around it (ITU-T T.6), as PDFs hold it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>

namespace ocrbatch::io {

// CV_8UC1: black runs 0, white ones 255. Nothing for data that is damaged or ends too early.
std::optional<cv::Mat> decode_group_4(const std::uint8_t* data, std::size_t bytes, int width_px,
                                      int height_px);

}  // namespace ocrbatch::io
