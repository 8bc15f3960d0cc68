#include "tests/io/sample_records.h"

namespace ocrbatch::io {

PageRecord sample_record() {
  PageRecord record;
  record.document = "docs/a.pdf";
  record.page_number = 1;
  record.page_count = 3;
  record.provenance = {"00ff", "latin-fast", "aa11", "0.1.0", "5e77"};
  record.page.width_px = 2480;
  record.page.height_px = 3508;
  record.page.dpi = 300;
  record.page.rotation_deg = 90;
  Line first{{100, 200, 500, 240}, {100, 232}, {500, 236}, "Größe \"A\"", 0.98765432, {}};
  first.words = {{"Größe", {100, 200, 290, 240}, 0.99}, {"\"A\"", {310, 202, 500, 238}, 1.0}};
  Line second{{100, 250, 300, 290}, {100, 282.126}, {300, 282.126}, "<b>&'\x01", 0.5, {}};
  second.words = {{"<b>&'\x01", {100, 250, 300, 290}, 0.5}};
  Line third{{100, 400, 180, 440}, {100, 430}, {180, 430}, "42", 1.0 / 3, {}};
  third.words = {{"42", {100, 400, 180, 440}, 1.0 / 3}};
  record.page.blocks = {{"text", {100, 200, 500, 290}, {{{100, 200, 500, 290}, {first, second}}}},
                        {"table", {100, 400, 180, 440}, {{{100, 400, 180, 440}, {third}}}}};
  return record;
}

PageRecord page_failure() {
  PageRecord record;
  record.document = "docs/a.pdf";
  record.page_number = 2;
  record.page_count = 3;
  record.error = Error{ErrorCode::kCorrupt, "the page is damaged"};
  return record;
}

PageRecord document_failure() {
  PageRecord record;
  record.document = "docs/b.pdf";
  record.error = Error{ErrorCode::kEncrypted, "a password is needed"};
  return record;
}

std::vector<PageRecord> sample_run() {
  PageRecord empty;
  empty.document = "docs/a.pdf";
  empty.page_number = 3;
  empty.page_count = 3;
  empty.page.width_px = 10;
  empty.page.height_px = 20;
  PageRecord odd = sample_record();
  odd.document = "docs/sub dir/\"quoted\" \xFF back\\slash é.tif";
  odd.page_count = 1;
  odd.page.blocks[0].paragraphs[0].lines[0].words.clear();
  odd.timing = PageTiming{1.5, 20.123, 300};
  return {sample_record(), page_failure(), empty, document_failure(), odd};
}

}  // namespace ocrbatch::io
