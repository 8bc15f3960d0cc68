#include "pipeline/stages/decode.h"

#include "pipeline/stages/guard.h"

namespace ocrbatch::pipeline {

void DecodePage::operator()(PageMessage& page) const {
  const StageClock::Busy busy(state_.decode);
  work_on(page, "decode", io::ErrorCode::kInternal, [&] { decode(page); });
  if (page.record.page_number) page.document->page_decoded();
  page.timing.decode_ms = busy.elapsed_ms();
}

void DecodePage::decode(PageMessage& page) {
  auto reader = page.document->take_reader();
  if (!reader) {
    page.record.error = reader.error();
    return;
  }
  // Not given back when it throws: its state is in doubt then.
  auto image = reader.value()->read_page(page.page_index);
  page.document->give_back(std::move(reader).value());
  if (!image) {
    page.record.error = image.error();
    return;
  }
  page.image = std::move(image).value();
  const cv::Mat& gray = page.image.gray;
  page.memory.resize(gray.total() * kLayoutBytesPerPixel + kPageOverheadBytes);
  page.record.page.width_px = gray.cols;
  page.record.page.height_px = gray.rows;
  page.record.page.dpi = page.image.dpi;
  page.record.page.rotation_deg = page.image.rotation_deg;
}

}  // namespace ocrbatch::pipeline
