// Pages of PDFs that are one stored image, read as they are stored and rendered at the same resolution: how
// far the pixels differ, and what each way takes (CPU milliseconds, the document's opening not counted).
//
//   pdf_scans FILE_OR_FOLDER...
//
// A row a page that can be read as stored; `rendered` behind a page's name says that its storage is left to
// the renderer. Below, the number of all pages, and the means.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "io/reader.h"
#include "io/readers/pdf_scans.h"

namespace {

namespace fs = std::filesystem;
using namespace ocrbatch;

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

struct Totals {
  int pages = 0, stored = 0, compared = 0;
  double stored_ms = 0, rendered_ms = 0;
};

// Sizes may differ by a pixel where a page's box is no whole number of pixels.
std::pair<double, double> differences(const cv::Mat& a, const cv::Mat& b) {
  const cv::Rect common(0, 0, std::min(a.cols, b.cols), std::min(a.rows, b.rows));
  cv::Mat difference;
  cv::absdiff(a(common), b(common), difference);
  double most = 0;
  cv::minMaxLoc(difference, nullptr, &most);
  return {most, cv::mean(difference)[0]};
}

void compare(const fs::path& file, Totals& totals) {
  const auto document = io::open_document(file, {});
  if (!document) return;
  io::PdfScans scans(file);
  for (int i = 0; i < document.value()->page_count(); ++i) {
    ++totals.pages;
    const auto scan = scans.stored_scan(i, 70, 400, 400);
    if (!scan) continue;
    const double start = cpu_ms();
    const auto stored = scans.read_stored_scan();
    const double stored_ms = cpu_ms() - start;
    fmt::print("{} {}  {} x {}, {} dpi, turned by {}", file.filename().string(), i + 1, scan->width_px,
               scan->height_px, scan->dpi, scan->rotation_deg);
    if (!stored) {
      fmt::print("  rendered\n");
      continue;
    }
    ++totals.stored;
    io::ReadOptions options;
    options.dpi = scan->dpi;
    const auto renderer = io::open_document(file, options);
    if (!renderer) continue;
    const double before = cpu_ms();
    const auto page = renderer.value()->read_page(i);
    const double rendered_ms = cpu_ms() - before;
    if (!page) continue;
    const auto [most, mean] = differences(*stored, page.value().gray);
    fmt::print("  {:.1f} ms, rendered {} x {} {:.1f} ms, gray levels apart: {:.2f} on average, {} at most\n",
               stored_ms, page.value().gray.cols, page.value().gray.rows, rendered_ms, mean, most);
    ++totals.compared;
    totals.stored_ms += stored_ms;
    totals.rendered_ms += rendered_ms;
  }
}

}  // namespace

int main(int argc, char** argv) {
  io::initialize_readers();
  Totals totals;
  for (int i = 1; i < argc; ++i) {
    std::vector<fs::path> files;
    if (fs::is_directory(argv[i])) {
      for (const auto& entry : fs::recursive_directory_iterator(argv[i]))
        if (entry.path().extension() == ".pdf") files.push_back(entry.path());
    } else {
      files.emplace_back(argv[i]);
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) compare(file, totals);
  }
  const double n = std::max(1, totals.compared);
  fmt::print("{} pages, {} read as stored: {:.1f} ms a page, rendered {:.1f} ms\n", totals.pages,
             totals.stored, totals.stored_ms / n, totals.rendered_ms / n);
}
