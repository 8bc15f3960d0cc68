#include "pipeline/page_lines.h"

#include <algorithm>
#include <future>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "io/ground_truth.h"
#include "io/reader.h"
#include "pipeline/halftone.h"
#include "pipeline/truth_geometry.h"
#include "recognizer/train/list_source.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;

struct Item {
  fs::path document;
  io::TruthPage page;
  bool several_pages = false;  // of the document
  std::string error;           // instead of lines

  std::size_t lines() const { return error.empty() ? page.lines.size() : 1; }
  // "a.pdf, page 2, line 7"
  std::string name(std::size_t line) const {
    std::string text = document.string();
    if (several_pages) text += ", page " + std::to_string(page.index + 1);
    return error.empty() ? text + ", line " + std::to_string(line + 1) : text;
  }
};

// What became of an item's lines: pixels, empty for those that cannot be cut.
struct CutPage {
  std::vector<cv::Mat> lines;
  std::string error;
  std::size_t bytes = 0;
};

std::vector<Item> read_items(const std::vector<GroundTruthFile>& files) {
  std::vector<Item> items;
  for (const GroundTruthFile& file : files) {
    if (file.truth.empty()) {
      items.push_back({file.document, {}, false, "has neither a label nor ground truth beside it"});
      continue;
    }
    if (file.document.empty()) {
      items.push_back({file.truth, {}, false, "there is no image beside it, nor where it says"});
      continue;
    }
    auto truth = io::read_ground_truth(file.truth);
    if (!truth) {
      items.push_back({file.truth, {}, false, truth.error().message});
      continue;
    }
    for (io::TruthPage& page : truth.value().pages) {
      if (page.lines.empty()) continue;
      for (io::TruthLine& line : page.lines) line.text = recognizer::label_text(line.text);
      items.push_back({file.document, std::move(page), truth.value().pages.size() > 1, ""});
    }
  }
  return items;
}

io::Result<io::PageImage> read_page(const fs::path& file, int index) {
  auto document = io::open_document(file, io::ReadOptions{});
  if (!document) return document.error();
  if (index < 0 || index >= document.value()->page_count()) {
    return io::Error{io::ErrorCode::kNoPages, "has " + std::to_string(document.value()->page_count()) +
                                                  " pages, its ground truth is of page " +
                                                  std::to_string(index + 1)};
  }
  return document.value()->read_page(index);
}

CutPage cut_page(const Item& item, const kernels::LinePreparation& preparation) {
  CutPage cut;
  auto image = read_page(item.document, item.page.index);
  if (!image) {
    cut.error = image.error().message;
    return cut;
  }
  if (item.page.rotation_deg)
    io::turn(image.value(), (*item.page.rotation_deg - image.value().rotation_deg + 360) % 360);
  cv::Mat& gray = image.value().gray;
  smooth_halftones(gray);
  const auto page = io::fit_to_image(item.page, gray.cols, gray.rows, image.value().dpi);
  if (!page) {
    cut.error = page.error().message;
    return cut;
  }
  for (const auto& geometry : truth_geometries(gray, page.value())) {
    cut.lines.push_back(geometry ? kernels::prepare_line(gray, *geometry, preparation).pixels : cv::Mat());
    cut.bytes += cut.lines.back().total();
  }
  return cut;
}

// Pages by number, the most recently used ones kept. Thread-safe; a page is made once, whoever asks meanwhile
// waits for it.
class RecentPages {
 public:
  using Page = std::shared_ptr<const CutPage>;
  explicit RecentPages(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  template <class Make>
  Page get(std::size_t number, Make make) {
    std::promise<Page> promise;
    std::shared_future<Page> page;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = pages_.find(number); found != pages_.end()) {
        order_.splice(order_.begin(), order_, found->second.place);
        page = found->second.page;
      } else {
        order_.push_front(number);
        pages_[number] = {promise.get_future().share(), order_.begin(), 0};
      }
    }
    if (page.valid()) return page.get();
    try {
      const Page made = std::make_shared<const CutPage>(make());
      promise.set_value(made);
      keep(number, made->bytes);
      return made;
    } catch (...) {
      promise.set_exception(std::current_exception());
      forget(number);
      throw;
    }
  }

 private:
  struct Entry {
    std::shared_future<Page> page;
    std::list<std::size_t>::iterator place;
    std::size_t bytes = 0;
  };

  void keep(std::size_t number, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (const auto found = pages_.find(number); found != pages_.end()) {
      found->second.bytes = bytes;
      bytes_ += bytes;
    }
    while (bytes_ > most_bytes_ && order_.size() > 1) {
      const auto last = pages_.find(order_.back());
      bytes_ -= last->second.bytes;
      pages_.erase(last);
      order_.pop_back();
    }
  }

  void forget(std::size_t number) {
    const std::lock_guard lock(mutex_);
    if (const auto found = pages_.find(number); found != pages_.end()) {
      order_.erase(found->second.place);
      pages_.erase(found);
    }
  }

  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::list<std::size_t> order_;  // the last used first
  std::map<std::size_t, Entry> pages_;
  std::size_t bytes_ = 0;
};

class PageLines : public recognizer::LineSource {
 public:
  PageLines(std::vector<Item> items, const kernels::LinePreparation& preparation, std::size_t cache_bytes)
      : items_(std::move(items)), preparation_(preparation), recent_(cache_bytes) {
    for (const Item& item : items_) ends_.push_back((ends_.empty() ? 0 : ends_.back()) + item.lines());
  }

  std::optional<std::uint64_t> size() const override { return ends_.empty() ? 0 : ends_.back(); }

  recognizer::LabeledLine get(std::uint64_t index) const override {
    const auto end = std::upper_bound(ends_.begin(), ends_.end(), index);
    const auto number = static_cast<std::size_t>(end - ends_.begin());
    const Item& item = items_.at(number);
    const auto line = static_cast<std::size_t>(index - (number == 0 ? 0 : ends_[number - 1]));
    const auto fail = [&](const std::string& why) -> void {
      throw std::runtime_error(item.name(line) + ": " + why);
    };
    if (!item.error.empty()) fail(item.error);
    const auto page = recent_.get(number, [&] { return cut_page(item, preparation_); });
    if (!page->error.empty()) fail(page->error);
    const cv::Mat& pixels = page->lines[line];
    if (pixels.empty())
      fail(item.page.lines[line].vertical ? "is written vertically"
                                          : "its place is empty or outside the page");
    return {pixels, item.page.lines[line].text, item.name(line)};
  }

  std::string text(std::uint64_t index) const override {
    const auto end = std::upper_bound(ends_.begin(), ends_.end(), index);
    const auto number = static_cast<std::size_t>(end - ends_.begin());
    const Item& item = items_.at(number);
    if (!item.error.empty()) return "";
    return item.page.lines[static_cast<std::size_t>(index - (number == 0 ? 0 : ends_[number - 1]))].text;
  }

 private:
  const std::vector<Item> items_;
  std::vector<std::uint64_t> ends_;
  const kernels::LinePreparation preparation_;
  mutable RecentPages recent_;
};

}  // namespace

std::unique_ptr<recognizer::LineSource> open_page_lines(const std::vector<GroundTruthFile>& files,
                                                        const kernels::LinePreparation& preparation,
                                                        std::size_t cache_bytes) {
  return std::make_unique<PageLines>(read_items(files), preparation, cache_bytes);
}

}  // namespace ocrbatch::pipeline
