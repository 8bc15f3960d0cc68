// Labelled line images on disk.
#pragma once

#include <filesystem>
#include <memory>

#include "kernels/line_preparation.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::recognizer {

// `path` is a list file with `path label` lines (the path up to the first space or tab, relative to the
// list's folder), or a folder that is searched recursively for NAME.gt.txt beside NAME.png, .jpg, .tif, ....
// `read_image` decodes a file into CV_8UC1 (the recognizer knows no image formats); it throws what the caller
// should see. Throws std::runtime_error for an unreadable or empty list, naming the line.
using ImageReader = cv::Mat (*)(const std::filesystem::path&);
std::unique_ptr<LineSource> open_line_list(const std::filesystem::path& path, ImageReader read_image,
                                           const kernels::LinePreparation& preparation);

}  // namespace ocrbatch::recognizer
