// Small documents made on the spot.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace ocrbatch::testing {

// A page that is one line of dark bars on white, different for each seed, CV_8UC1.
cv::Mat bar_line(std::uint32_t seed, int width_px, int height_px);

// A page with rows of such bars, about like words, one below the other.
cv::Mat bar_page(std::uint32_t seed, int lines, int width_px, int height_px);

void write_text(const std::filesystem::path& file, const std::string& content);
void write_pgm(const std::filesystem::path& file, const cv::Mat& gray);
// A document of several pages at 300 dpi.
void write_tiff(const std::filesystem::path& file, const std::vector<cv::Mat>& pages);
// Three kilobytes, whose only page takes days to draw: forms that draw each other.
void write_endless_pdf(const std::filesystem::path& file);

}  // namespace ocrbatch::testing
