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

struct Item {
  fs::path image;
  std::string text;
};

std::string folded(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  for (std::string word; words >> word;) out += (out.empty() ? "" : " ") + word;
  return to_nfc(out);
}

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
  std::stringstream text;
  text << stream.rdbuf();
  return folded(text.str());
}

std::vector<Item> read_list(const fs::path& list) {
  std::ifstream stream(list);
  if (!stream) throw std::runtime_error(list.string() + ": cannot be read");
  std::vector<Item> items;
  std::size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.empty()) continue;
    const std::size_t end = line.find_first_of(" \t");
    if (end == std::string::npos || end == 0) {
      throw std::runtime_error(list.string() + ":" + std::to_string(number) + ": should be \"path label\"");
    }
    items.push_back({list.parent_path() / line.substr(0, end), folded(line.substr(end + 1))});
  }
  return items;
}

std::vector<Item> read_folder(const fs::path& folder) {
  constexpr const char* kImageSuffixes[] = {".png",  ".jpg", ".jpeg", ".tif", ".tiff",
                                            ".webp", ".bmp", ".pgm",  ".pnm"};
  constexpr std::string_view kTextSuffix = ".gt.txt";
  std::vector<Item> items;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().string();
    if (!name.ends_with(kTextSuffix)) continue;
    const std::string stem = name.substr(0, name.size() - kTextSuffix.size());
    bool found = false;
    for (const char* suffix : kImageSuffixes) {
      if (!found && fs::exists(stem + suffix)) {
        items.push_back({stem + suffix, read_text(entry.path())});
        found = true;
      }
    }
    if (!found) throw std::runtime_error(name + ": there is no image beside it");
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.image < b.image; });
  return items;
}

class ListSource : public LineSource {
 public:
  ListSource(std::vector<Item> items, ImageReader read_image, const kernels::LinePreparation& preparation)
      : items_(std::move(items)), read_image_(read_image), preparation_(preparation) {}

  std::optional<std::uint64_t> size() const override { return items_.size(); }

  LabeledLine get(std::uint64_t index) const override {
    const Item& item = items_.at(index);
    const cv::Mat image = read_image_(item.image);
    kernels::PreparedLine line =
        kernels::prepare_line(image, kernels::find_line_geometry(image), preparation_);
    return {std::move(line.pixels), item.text, item.image.string()};
  }

 private:
  std::vector<Item> items_;
  ImageReader read_image_;
  kernels::LinePreparation preparation_;
};

}  // namespace

std::unique_ptr<LineSource> open_line_list(const fs::path& path, ImageReader read_image,
                                           const kernels::LinePreparation& preparation) {
  std::vector<Item> items = fs::is_directory(path) ? read_folder(path) : read_list(path);
  if (items.empty()) throw std::runtime_error(path.string() + ": holds no labelled lines");
  return std::make_unique<ListSource>(std::move(items), read_image, preparation);
}

}  // namespace ocrbatch::recognizer
