#include "pipeline/layout.h"

#include <leptonica/allheaders.h>
#include <tesseract/baseapi.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>

#include "pipeline/stages/layout_image.h"
#include "pipeline/stages/layout_lines.h"

namespace ocrbatch::pipeline {
namespace {

struct PixDeleter {
  void operator()(PIX* pix) const { pixDestroy(&pix); }
};
using PixPtr = std::unique_ptr<PIX, PixDeleter>;

PixPtr to_pix(const cv::Mat& ink) {
  PixPtr pix(pixCreate(ink.cols, ink.rows, 1));
  if (!pix) throw std::bad_alloc();
  for (int y = 0; y < ink.rows; ++y) {
    const uchar* row = ink.ptr<uchar>(y);
    l_uint32* words = pixGetData(pix.get()) + static_cast<size_t>(y) * pixGetWpl(pix.get());
    for (int x0 = 0; x0 < ink.cols; x0 += 32) {
      l_uint32 word = 0;
      const int end = std::min(32, ink.cols - x0);
      for (int bit = 0; bit < end; ++bit) word |= static_cast<l_uint32>(row[x0 + bit] & 1U) << (31 - bit);
      words[x0 / 32] = word;
    }
  }
  return pix;
}

// Tesseract's text lines in reading order, and the areas that it takes for pictures.
void collect_lines(tesseract::PageIterator& it, std::vector<FoundLine>& lines,
                   std::vector<cv::Rect>& pictures) {
  int block = -1, paragraph = -1;
  do {
    if (it.IsAtBeginningOf(tesseract::RIL_BLOCK)) ++block;
    if (it.IsAtBeginningOf(tesseract::RIL_PARA)) ++paragraph;
    int left = 0, top = 0, right = 0, bottom = 0;
    const tesseract::PolyBlockType type = it.BlockType();
    if (tesseract::PTIsImageType(type)) {
      if (it.BoundingBox(tesseract::RIL_BLOCK, &left, &top, &right, &bottom)) {
        pictures.emplace_back(left, top, right - left, bottom - top);
      }
      continue;
    }
    if (!tesseract::PTIsTextType(type) || type == tesseract::PT_VERTICAL_TEXT) continue;
    if (!it.BoundingBox(tesseract::RIL_TEXTLINE, &left, &top, &right, &bottom)) continue;
    FoundLine line;
    line.box = {left, top, right - left, bottom - top};
    if (line.box.width < 2 || line.box.height < 3) continue;
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    if (it.Baseline(tesseract::RIL_TEXTLINE, &x0, &y0, &x1, &y1)) {
      line.geometry.baseline_start = cv::Point2f(x0, y0);
      line.geometry.baseline_end = cv::Point2f(x1, y1);
    }
    float height = 0, descenders = 0, ascenders = 0;  // descenders are negative
    it.RowAttributes(&height, &descenders, &ascenders);
    line.geometry.ascent_px = height + descenders;
    line.geometry.descent_px = -descenders;
    line.geometry.x_height_px = height + descenders - ascenders;
    line.block = block;
    line.paragraph = paragraph;
    lines.push_back(line);
  } while (it.Next(tesseract::RIL_TEXTLINE));
}

io::Box box_on_page(const cv::Rect& box, const LayoutImage& image, const cv::Size& page) {
  return io::clip({static_cast<int>(std::floor(box.x / image.x_scale)),
                   static_cast<int>(std::floor(box.y / image.y_scale)),
                   static_cast<int>(std::ceil(box.br().x / image.x_scale)),
                   static_cast<int>(std::ceil(box.br().y / image.y_scale))},
                  page.width, page.height);
}

PageLayout as_page_layout(const std::vector<FoundLine>& lines, const LayoutImage& image,
                          const cv::Size& page) {
  PageLayout layout;
  const auto on_page = [&](const cv::Point2f& point) {
    return cv::Point2f(point.x / image.x_scale, point.y / image.y_scale);
  };
  int block = -1, paragraph = -1;
  for (const FoundLine& found : lines) {
    io::Line line;
    line.bbox = box_on_page(found.box, image, page);
    if (line.bbox.empty()) continue;
    kernels::LineGeometry geometry = found.geometry;
    geometry.baseline_start = on_page(geometry.baseline_start);
    geometry.baseline_end = on_page(geometry.baseline_end);
    geometry.ascent_px /= image.y_scale;
    geometry.descent_px /= image.y_scale;
    geometry.x_height_px /= image.y_scale;
    line.baseline_start = {geometry.baseline_start.x, geometry.baseline_start.y};
    line.baseline_end = {geometry.baseline_end.x, geometry.baseline_end.y};
    layout.geometries.push_back(geometry);

    if (layout.blocks.empty() || found.block != block) {
      layout.blocks.emplace_back();
      layout.blocks.back().paragraphs.emplace_back();
    } else if (found.paragraph != paragraph) {
      layout.blocks.back().paragraphs.emplace_back();
    }
    block = found.block;
    paragraph = found.paragraph;
    io::Block& home = layout.blocks.back();
    home.bbox = io::unite(home.bbox, line.bbox);
    home.paragraphs.back().bbox = io::unite(home.paragraphs.back().bbox, line.bbox);
    home.paragraphs.back().lines.push_back(std::move(line));
  }
  return layout;
}

}  // namespace

std::vector<io::Line*> lines_in_order(std::vector<io::Block>& blocks) {
  std::vector<io::Line*> lines;
  for (io::Block& block : blocks) {
    for (io::Paragraph& paragraph : block.paragraphs) {
      for (io::Line& line : paragraph.lines) lines.push_back(&line);
    }
  }
  return lines;
}

struct LayoutAnalyzer::Impl {
  LayoutMode mode;
  tesseract::TessBaseAPI tesseract;

  void start_tesseract() {
    tesseract.InitForAnalysePage();
    tesseract.SetPageSegMode(tesseract::PSM_AUTO);
    tesseract.SetVariable("debug_file", "/dev/null");  // libraries do not print
    // Word gaps come from the recognizer; testing for fixed pitch takes 15 % of the time.
    tesseract.SetVariable("textord_disable_pitch_test", "1");
    // The table finder can run for hours (tesseract-ocr/tesseract issue 2886) and tells nothing that is used
    // here.
    if (!tesseract.SetVariable("textord_tabfind_find_tables", "0")) {
      throw std::runtime_error("Tesseract does not know its setting textord_tabfind_find_tables");
    }
  }

  PageLayout analyze_page(const io::PageImage& page) {
    const LayoutImage image = make_layout_image(page);
    std::vector<FoundLine> lines;
    std::vector<cv::Rect> pictures;
    {
      const PixPtr pix = to_pix(image.ink);
      tesseract.SetImage(pix.get());
      tesseract.SetSourceResolution(image.dpi);
      const std::unique_ptr<tesseract::PageIterator> found(tesseract.AnalyseLayout());
      if (found) collect_lines(*found, lines, pictures);
    }
    tesseract.Clear();
    settle_geometries(lines);
    add_leftovers(image, pictures, lines);
    return as_page_layout(lines, image, page.gray.size());
  }

  static PageLayout single_line(const io::PageImage& page) {
    FoundLine line;
    line.geometry = kernels::find_line_geometry(page.gray);
    const auto& [start, end] = std::pair(line.geometry.baseline_start, line.geometry.baseline_end);
    const float top = std::min(start.y, end.y) - line.geometry.ascent_px;
    const float bottom = std::max(start.y, end.y) + line.geometry.descent_px;
    line.box = cv::Rect(cv::Point(cvFloor(start.x), cvFloor(top)), cv::Point(cvCeil(end.x), cvCeil(bottom)));
    return as_page_layout({line}, LayoutImage{}, page.gray.size());
  }
};

LayoutAnalyzer::LayoutAnalyzer(LayoutMode mode) : impl_(std::make_unique<Impl>()) {
  impl_->mode = mode;
  if (mode == LayoutMode::kTesseract) impl_->start_tesseract();
}
LayoutAnalyzer::~LayoutAnalyzer() = default;
LayoutAnalyzer::LayoutAnalyzer(LayoutAnalyzer&&) noexcept = default;
LayoutAnalyzer& LayoutAnalyzer::operator=(LayoutAnalyzer&&) noexcept = default;

io::Result<PageLayout> LayoutAnalyzer::analyze(const io::PageImage& page) {
  if (page.gray.empty()) return PageLayout{};
  try {
    return impl_->mode == LayoutMode::kLine ? Impl::single_line(page) : impl_->analyze_page(page);
  } catch (const std::bad_alloc&) {
    return io::Error{io::ErrorCode::kOutOfMemory, "not enough memory to find the lines of the page"};
  } catch (const std::exception& error) {
    return io::Error{io::ErrorCode::kLayoutFailed, std::string("line finding failed: ") + error.what()};
  }
}

}  // namespace ocrbatch::pipeline
