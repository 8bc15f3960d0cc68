// How well a layout finds the lines that a page's ground truth names (NAME.lines.tsv: x0 y0 x1 y1 text, in
// pixels), and how long it takes; pages without one are only timed.
//
//   layout_quality --layout fast|tesseract [--draw FOLDER] [--each] FAMILY_FOLDER...
//
// A found line and a true one match when they cover each other: their heights overlap by half of the smaller
// one and their widths by half of both. recall: matched true lines; precision: found lines that match or are
// parts of a true line. merged: true lines that share a found line with another one above or below; split:
// true lines found in pieces; missed: true lines of which less than half the width is covered. order:
// neighbours in the true order that are found in that order. --draw writes pages with boxes, baselines and
// numbers; --each adds a row a page.
#include <fmt/format.h>
#include <leptonica/allheaders.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <opencv2/imgproc.hpp>
#include <sstream>

#include "io/reader.h"
#include "pipeline/layout.h"

namespace {

namespace fs = std::filesystem;
using namespace ocrbatch;

struct Counts {
  int pages = 0, truth = 0, found = 0, recalled = 0, precise = 0, merged = 0, split = 0, missed = 0;
  int pairs = 0, in_order = 0;
  double cpu_ms = 0, slowest_ms = 0;

  Counts& operator+=(const Counts& other) {
    pages += other.pages;
    truth += other.truth;
    found += other.found;
    recalled += other.recalled;
    precise += other.precise;
    merged += other.merged;
    split += other.split;
    missed += other.missed;
    pairs += other.pairs;
    in_order += other.in_order;
    cpu_ms += other.cpu_ms;
    slowest_ms = std::max(slowest_ms, other.slowest_ms);
    return *this;
  }
};

double share(int part, int whole) {
  return whole > 0 ? 100.0 * part / whole : 0.0;
}

void print(const std::string& name, const Counts& counts) {
  fmt::print("{:<28} {:>5} {:>6} {:>6} {:>7.2f} {:>7.2f} {:>6} {:>6} {:>6} {:>6.1f} {:>7.1f} {:>7.1f}\n",
             name, counts.pages, counts.truth, counts.found, share(counts.recalled, counts.truth),
             counts.truth > 0 ? share(counts.precise, counts.found) : 0.0, counts.merged, counts.split,
             counts.missed, share(counts.in_order, counts.pairs), counts.cpu_ms / std::max(1, counts.pages),
             counts.slowest_ms);
}

std::vector<io::Box> read_truth(fs::path page) {
  std::vector<io::Box> boxes;
  std::ifstream file(page.replace_extension(".lines.tsv"));
  for (std::string row; std::getline(file, row);) {
    std::istringstream fields(row);
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    if (fields >> x0 >> y0 >> x1 >> y1) boxes.push_back({cvRound(x0), cvRound(y0), cvRound(x1), cvRound(y1)});
  }
  return boxes;
}

int overlap(int a0, int a1, int b0, int b1) {
  return std::max(0, std::min(a1, b1) - std::max(a0, b0));
}
int height(const io::Box& box) {
  return box.y1 - box.y0;
}
int width(const io::Box& box) {
  return box.x1 - box.x0;
}
bool same_row(const io::Box& a, const io::Box& b) {
  return 2 * overlap(a.y0, a.y1, b.y0, b.y1) > std::min(height(a), height(b));
}

Counts compare(const std::vector<io::Box>& truth, const std::vector<io::Box>& found) {
  Counts counts;
  counts.truth = static_cast<int>(truth.size());
  counts.found = static_cast<int>(found.size());
  std::vector<int> place(truth.size(), -1), holds(found.size(), 0);
  std::vector<char> precise(found.size(), 0);
  for (size_t i = 0; i < truth.size(); ++i) {
    int pieces = 0, covered = 0;
    bool matched = false;
    for (size_t k = 0; k < found.size(); ++k) {
      if (!same_row(truth[i], found[k])) continue;
      const int common = overlap(truth[i].x0, truth[i].x1, found[k].x0, found[k].x1);
      covered += common;
      if (2 * common > width(found[k])) ++pieces;
      if (10 * common > 7 * width(found[k])) precise[k] = 1;
      const bool tall = height(found[k]) > 2 * height(truth[i]);
      if (2 * common > width(truth[i]) && !tall) matched = true;
      if (2 * common > width(truth[i])) {
        if (place[i] < 0) place[i] = static_cast<int>(k);
        if (tall) ++counts.merged;
      }
    }
    counts.recalled += matched || (10 * covered > 7 * width(truth[i]) && pieces > 1);
    counts.split += pieces > 1;
    counts.missed += 2 * covered < width(truth[i]);
  }
  for (size_t i = 1; i < truth.size(); ++i) {
    if (place[i] < 0 || place[i - 1] < 0 || place[i] == place[i - 1]) continue;
    ++counts.pairs;
    counts.in_order += place[i] > place[i - 1];
  }
  // A found line that holds several true ones side by side is no error of finding.
  for (size_t k = 0; k < found.size(); ++k) {
    int covered = 0;
    for (const io::Box& box : truth)
      if (same_row(box, found[k])) covered += overlap(box.x0, box.x1, found[k].x0, found[k].x1);
    counts.precise += precise[k] || 10 * covered > 7 * width(found[k]);
  }
  return counts;
}

void write_png(const cv::Mat& bgr, const fs::path& path) {
  PIX* pix = pixCreate(bgr.cols, bgr.rows, 32);
  for (int y = 0; y < bgr.rows; ++y) {
    l_uint32* words = pixGetData(pix) + static_cast<size_t>(y) * pixGetWpl(pix);
    for (int x = 0; x < bgr.cols; ++x) {
      const auto& pixel = bgr.at<cv::Vec3b>(y, x);
      composeRGBPixel(pixel[2], pixel[1], pixel[0], words + x);
    }
  }
  pixWrite(path.c_str(), pix, IFF_PNG);
  pixDestroy(&pix);
}

// Found boxes in blue with baselines and numbers in reading order in red, true boxes in green.
void draw(const cv::Mat& gray, const std::vector<io::Box>& truth, pipeline::PageLayout& layout,
          const fs::path& path) {
  const double scale = std::min(1.0, 1600.0 / std::max(gray.cols, gray.rows));
  cv::Mat page;
  cv::resize(gray, page, {}, scale, scale, cv::INTER_AREA);
  cv::cvtColor(page, page, cv::COLOR_GRAY2BGR);
  const auto at = [&](double x, double y) { return cv::Point(cvRound(x * scale), cvRound(y * scale)); };
  for (const io::Box& box : truth)
    cv::rectangle(page, at(box.x0, box.y0), at(box.x1, box.y1), {0, 200, 0}, 1);
  for (const io::Block& block : layout.blocks)
    cv::rectangle(page, at(block.bbox.x0 - 4, block.bbox.y0 - 4), at(block.bbox.x1 + 4, block.bbox.y1 + 4),
                  {0, 160, 255}, 1);
  int number = 0;
  for (const io::Line* line : pipeline::lines_in_order(layout.blocks)) {
    const auto& geometry = layout.geometries[number++];
    cv::rectangle(page, at(line->bbox.x0, line->bbox.y0), at(line->bbox.x1, line->bbox.y1), {255, 80, 0}, 1);
    const auto shifted = [&](double dy, const cv::Scalar& color) {
      cv::line(page, at(geometry.baseline_start.x, geometry.baseline_start.y + dy),
               at(geometry.baseline_end.x, geometry.baseline_end.y + dy), color, 1);
    };
    shifted(0, {0, 0, 255});
    shifted(-geometry.x_height_px, {200, 0, 200});
    cv::putText(page, std::to_string(number), at(line->bbox.x0 - 14, line->bbox.y1), cv::FONT_HERSHEY_PLAIN,
                0.8, {0, 0, 255});
  }
  write_png(page, path);
}

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

int usage(const std::string& problem) {
  fmt::print(
      stderr,
      "{}\nusage: layout_quality [--layout fast|tesseract] [--draw FOLDER] [--each] FILE_OR_FOLDER...\n",
      problem);
  return 2;
}

void complain(const fs::path& document, const io::Error& error) {
  fmt::print(stderr, "{}: left out: {}\n", document.string(), error.message);
}

}  // namespace

int main(int argc, char** argv) {
  pipeline::LayoutMode layout = pipeline::LayoutMode::kFast;
  fs::path drawings;
  bool each = false;
  std::vector<fs::path> families;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--layout" && i + 1 < argc) {
      const std::string name = argv[++i];
      if (name != "fast" && name != "tesseract") return usage("--layout is fast or tesseract");
      if (name == "tesseract") layout = pipeline::LayoutMode::kTesseract;
    } else if (argument == "--draw" && i + 1 < argc)
      drawings = argv[++i];
    else if (argument == "--each")
      each = true;
    else if (!fs::exists(argument))
      return usage(argument + ": no such file or folder");
    else
      families.emplace_back(argument);
  }
  io::initialize_readers();
  pipeline::LayoutAnalyzer analyzer(layout);
  fmt::print("{:<28} {:>5} {:>6} {:>6} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>7} {:>7}\n", "family", "pages",
             "truth", "found", "recall", "precis.", "merged", "split", "missed", "order", "cpu ms", "max ms");
  Counts all;
  for (const fs::path& family : families) {
    std::vector<fs::path> documents;
    if (fs::is_regular_file(family))
      documents.push_back(family);
    else
      for (const auto& entry : fs::directory_iterator(family))
        if (io::has_document_name(entry.path())) documents.push_back(entry.path());
    std::sort(documents.begin(), documents.end());
    Counts of_family;
    for (const fs::path& document : documents) {
      auto reader = io::open_document(document, {});
      if (!reader) {
        complain(document, reader.error());
        continue;
      }
      auto page = reader.value()->read_page(0);
      if (!page) {
        complain(document, page.error());
        continue;
      }
      const double start = cpu_ms();
      auto result = analyzer.analyze(page.value());
      const double elapsed = cpu_ms() - start;
      if (!result) {
        complain(document, result.error());
        continue;
      }
      std::vector<io::Box> found;
      for (const io::Line* line : pipeline::lines_in_order(result.value().blocks))
        found.push_back(line->bbox);
      const auto truth = read_truth(document);
      Counts counts = compare(truth, found);
      counts.pages = 1;
      counts.cpu_ms = counts.slowest_ms = elapsed;
      if (each) print(document.stem(), counts);
      if (!drawings.empty()) {
        fs::create_directories(drawings);
        draw(page.value().gray, truth, result.value(),
             drawings / (family.filename().string() + "_" + document.stem().string() + ".png"));
      }
      of_family += counts;
    }
    print(family.filename(), of_family);
    all += of_family;
  }
  print("all", all);
}
