// What travels along the edges of the graph.
//
// A page is one message from the feeder to the writer. Each stage fills in its part; a stage that fails
// writes the error into the record and the page travels on, so that every page that enters leaves. Only one
// node holds a page at a time, but for recognition: batches of lines of the same page may be recognized at
// once, and each touches nothing but its own lines.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "io/document.h"
#include "kernels/line_preparation.h"
#include "pipeline/layout.h"
#include "pipeline/memory_budget.h"
#include "pipeline/page_reading.h"
#include "pipeline/source_document.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::pipeline {

// What a page costs of the memory budget. While it is read, wherever that is: up to 32-bit colour beside the
// gray image. From the feeder to the writer: the record, the results of its lines and the allocator's share.
constexpr std::uint64_t kReadBytesPerPixel = 5;
constexpr std::uint64_t kPageOverheadBytes = 128 << 10;

struct LineMessage {
  kernels::PreparedLine prepared;  // the pixels are freed as soon as the line has been recognized
  int columns = 0;                 // width of the prepared pixels
  int bucket = 0;                  // of the recognizer, for that width
  Doubt doubt = Doubt::kNone;
  bool held_back = false;  // not to be recognized unless the page turns out to be read the right way
  recognizer::Hypothesis hypothesis;
  std::optional<io::Error> error;
  double recognize_ms = 0;  // the line's share of its batch, by width
};

// How a page is looked at, and by which model of the run.
struct PageView {
  ImageView image;
  std::size_t model = 0;
};

// What was read of a page in one view.
struct ViewedPage {
  PageView view;
  int width_px = 0, height_px = 0, rotation_deg = 0;
  PageLayout layout;
  std::vector<LineMessage> lines;
};

// A page that does not read well is tried in other views. What it gave in the first one waits here, in case
// nothing else is better.
struct ViewTrial {
  ViewedPage first;
  std::optional<ViewedPage> best;      // of the views tried so far that are clearly better
  std::vector<PageView> views_to_try;  // the next one last
};

struct PageMessage {
  std::uint64_t sequence = 0;  // place in the output: 0, 1, 2, ... without gaps
  std::shared_ptr<SourceDocument> document;
  int page_index = 0;  // from 0; meaningless when record.page_number is empty
  MemoryLease memory;

  PageView view;                     // how it is to be read
  std::unique_ptr<ViewTrial> trial;  // while it is read in other views than the first
  bool is_settled = false;           // in which view: what was held back is recognized, too

  PageLayout layout;               // read -> collect
  std::vector<LineMessage> lines;  // read -> collect; lines[i] belongs to layout.geometries[i]
  std::atomic<std::size_t> lines_to_recognize{
      0};  // set by read; a line without pixels has nothing to recognize
  io::PageTiming timing;
  io::PageRecord record;  // identity from the feeder, result or error from the stages

  bool abandoned = false;  // the run stops: this page, and those behind it, are left for the next one

  bool failed() const { return record.error.has_value(); }
  // Gives up everything but the record.
  void drop_work() {
    layout = {};
    lines.clear();
    lines_to_recognize = 0;
    memory.resize(kPageOverheadBytes);
  }
};
using PagePtr = std::shared_ptr<PageMessage>;

// Where a page goes when its lines have been recognized: on to its record, to recognition with the lines that
// were held back, or back to be read in another view.
enum class PageWay { kCollect, kRecognize, kRead };

inline bool is_to_be_recognized(const LineMessage& line) {
  return !line.prepared.pixels.empty() && !line.held_back;
}

struct LineRef {
  PagePtr page;
  std::size_t index = 0;

  LineMessage& line() const { return page->lines[index]; }
};

// Lines for one model and of one width bucket, of any pages and documents.
struct LineBatch {
  int bucket = 0;
  std::vector<LineRef> lines;
  std::size_t model = 0;
};
using BatchPtr = std::shared_ptr<LineBatch>;

}  // namespace ocrbatch::pipeline
