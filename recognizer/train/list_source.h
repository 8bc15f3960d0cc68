// Labelled line images on disk.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/line_preparation.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::recognizer {

struct LabeledImage {
  std::filesystem::path image;
  std::string text;
};

struct ImageList {
  std::vector<LabeledImage> lines;
  std::vector<std::filesystem::path> unlabeled;  // of a list file: images that stand there without a label
};

// `path` is a list file with `path label` lines (the path up to the first space or tab, relative to the
// list's folder; a row that is the path of a file as a whole has no label), or a folder that is searched
// recursively for NAME.gt.txt beside NAME.png, .jpg, .tif, .... Throws std::runtime_error for a list that
// cannot be read, naming the line.
ImageList read_image_list(const std::filesystem::path& path);

// `read_image` decodes a file into CV_8UC1 (the recognizer knows no image formats); what it throws comes out
// of get().
using ImageReader = cv::Mat (*)(const std::filesystem::path&);
std::unique_ptr<LineSource> make_list_source(std::vector<LabeledImage> lines, ImageReader read_image,
                                             const kernels::LinePreparation& preparation);

// A label as it is trained on: NFC, white space folded to single spaces, none at the ends.
std::string label_text(std::string_view text);

}  // namespace ocrbatch::recognizer
