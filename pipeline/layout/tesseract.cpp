#include "pipeline/layout/tesseract.h"

#include <leptonica/allheaders.h>
#include <tesseract/baseapi.h>

#include <algorithm>
#include <new>
#include <stdexcept>

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

}  // namespace

struct TesseractLayout::Impl {
  tesseract::TessBaseAPI tesseract;
};

TesseractLayout::TesseractLayout() : impl_(std::make_unique<Impl>()) {
  tesseract::TessBaseAPI& tesseract = impl_->tesseract;
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

TesseractLayout::~TesseractLayout() = default;

std::vector<FoundLine> TesseractLayout::find_lines(const LayoutImage& image) {
  std::vector<FoundLine> lines;
  std::vector<cv::Rect> pictures;
  {
    const PixPtr pix = to_pix(image.ink);
    impl_->tesseract.SetImage(pix.get());
    impl_->tesseract.SetSourceResolution(image.dpi);
    const std::unique_ptr<tesseract::PageIterator> found(impl_->tesseract.AnalyseLayout());
    if (found) collect_lines(*found, lines, pictures);
  }
  impl_->tesseract.Clear();
  settle_geometries(lines);
  add_leftovers(image, pictures, lines);
  return lines;
}

}  // namespace ocrbatch::pipeline
