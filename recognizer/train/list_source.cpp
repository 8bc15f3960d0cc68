#include "recognizer/train/list_source.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "recognizer/alphabet.h"

namespace ocrbatch::recognizer {
namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
  std::stringstream text;
  text << stream.rdbuf();
  return label_text(text.str());
}

ImageList read_list(const fs::path& list) {
  std::ifstream stream(list);
  if (!stream) throw std::runtime_error(list.string() + ": cannot be read");
  ImageList items;
  std::size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.empty()) continue;
    const fs::path whole = list.parent_path() / line;
    const std::size_t end = line.find_first_of(" \t");
    if (end == 0) {
      throw std::runtime_error(list.string() + ":" + std::to_string(number) + ": should be \"path label\"");
    }
    std::error_code ignored;
    if (end == std::string::npos || fs::is_regular_file(whole, ignored)) {
      items.unlabeled.push_back(whole);
    } else {
      items.lines.push_back({list.parent_path() / line.substr(0, end), label_text(line.substr(end + 1))});
    }
  }
  return items;
}

ImageList read_folder(const fs::path& folder) {
  constexpr const char* kImageSuffixes[] = {".png",  ".jpg", ".jpeg", ".tif", ".tiff",
                                            ".webp", ".bmp", ".pgm",  ".pnm"};
  constexpr std::string_view kTextSuffix = ".gt.txt";
  ImageList items;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().string();
    if (!name.ends_with(kTextSuffix)) continue;
    const std::string stem = name.substr(0, name.size() - kTextSuffix.size());
    fs::path image = stem + kImageSuffixes[0];  // what is not there is found out when it is read
    for (const char* suffix : kImageSuffixes) {
      if (!fs::exists(stem + suffix)) continue;
      image = stem + suffix;
      break;
    }
    items.lines.push_back({image, read_text(entry.path())});
  }
  std::ranges::sort(items.lines, {}, &LabeledImage::image);
  return items;
}

class ListSource : public LineSource {
 public:
  ListSource(std::vector<LabeledImage> items, ImageReader read_image,
             const kernels::LinePreparation& preparation)
      : items_(std::move(items)), read_image_(read_image), preparation_(preparation) {}

  std::optional<std::uint64_t> size() const override { return items_.size(); }

  LabeledLine get(std::uint64_t index) const override {
    const LabeledImage& item = items_.at(index);
    const cv::Mat image = read_image_(item.image);
    kernels::PreparedLine line =
        kernels::prepare_line(image, kernels::find_line_geometry(image), preparation_);
    return {std::move(line.pixels), item.text, item.image.string()};
  }
  std::string text(std::uint64_t index) const override { return items_.at(index).text; }

 private:
  std::vector<LabeledImage> items_;
  ImageReader read_image_;
  kernels::LinePreparation preparation_;
};

}  // namespace

std::string label_text(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string out;
  for (std::string word; words >> word;) out += (out.empty() ? "" : " ") + word;
  return to_nfc(out);
}

ImageList read_image_list(const fs::path& path) {
  return fs::is_directory(path) ? read_folder(path) : read_list(path);
}

std::unique_ptr<LineSource> make_list_source(std::vector<LabeledImage> lines, ImageReader read_image,
                                             const kernels::LinePreparation& preparation) {
  return std::make_unique<ListSource>(std::move(lines), read_image, preparation);
}

}  // namespace ocrbatch::recognizer
