#include "pipeline/stages/collect.h"

#include <algorithm>
#include <stdexcept>

#include "io/record_reader.h"
#include "pipeline/line_text.h"
#include "pipeline/stages/guard.h"
#include "pipeline/watermarks.h"

namespace ocrbatch::pipeline {
namespace {

// Leaves out lines without text and those below the confidence. Returns how many were left out although they
// have text.
std::uint64_t drop_lines(std::vector<io::Block>& blocks, double min_confidence) {
  std::uint64_t left_out = 0;
  for (io::Block& block : blocks) {
    for (io::Paragraph& paragraph : block.paragraphs) {
      std::erase_if(paragraph.lines, [&](const io::Line& line) {
        const bool is_unsure = line.confidence < min_confidence;
        left_out += is_unsure && !line.text.empty();
        return is_unsure || line.text.empty();
      });
    }
  }
  io::drop_empty(blocks);
  return left_out;
}

// Dirt and drawings are read as few characters, and not surely: the fewer, the surer they have to be. One
// alone is a page's number or nothing.
bool reads_as_print(const io::Line& line, const recognizer::Hypothesis& hypothesis) {
  constexpr std::ptrdiff_t kFewest = 2;
  constexpr double kDoubtEach = 0.03, kMostDoubt = 0.12, kSureDigit = 0.95;
  const auto characters = std::ranges::count_if(
      hypothesis.characters, [](const recognizer::Character& character) { return character.text != " "; });
  const bool is_digit = line.text.size() == 1 && line.text[0] >= '0' && line.text[0] <= '9';
  if (is_digit) return line.confidence >= kSureDigit;
  return characters >= kFewest &&
         line.confidence >= 1 - std::min(kMostDoubt, kDoubtEach * static_cast<double>(characters));
}

// `lines` have their texts. Of two that are the same print either way round the surer one is, the first of
// equals.
bool is_to_be_kept(const std::vector<io::Line*>& lines, const std::vector<LineMessage>& read, std::size_t i) {
  if (read[i].doubt == Doubt::kNone) return true;
  if (!reads_as_print(*lines[i], read[i].hypothesis)) return false;
  if (read[i].doubt == Doubt::kOtherWay) return lines[i]->confidence > lines[i - 1]->confidence;
  const bool has_other_way = i + 1 < read.size() && read[i + 1].doubt == Doubt::kOtherWay;
  return !has_other_way || lines[i]->confidence >= lines[i + 1]->confidence;
}

std::uint64_t collect(PageMessage& page, const recognizer::ConfidenceCalibration& calibration,
                      double min_confidence) {
  for (const LineMessage& line : page.lines) {
    page.timing.recognize_ms += line.recognize_ms;
    if (line.error) {
      page.record.error = line.error;
      return 0;
    }
  }
  const std::vector<io::Line*> lines = lines_in_order(page.layout.blocks);
  if (lines.size() != page.lines.size())
    throw std::logic_error("the layout's tree has " + std::to_string(lines.size()) + " lines, but " +
                           std::to_string(page.lines.size()) + " were cut");
  io::Page& result = page.record.page;
  for (std::size_t i = 0; i < lines.size(); ++i)
    set_line_text(*lines[i], page.lines[i].hypothesis, page.lines[i].columns, page.lines[i].prepared.to_page,
                  page.layout.geometries[i], result.width_px, result.height_px, calibration);
  // Without text they were never lines.
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (!is_to_be_kept(lines, page.lines, i)) lines[i]->text.clear();
  const std::uint64_t left_out = drop_lines(page.layout.blocks, min_confidence);
  result.blocks = std::move(page.layout.blocks);
  set_watermarks_apart(result);
  return left_out;
}

}  // namespace

void CollectPage::operator()(PageMessage& page) const {
  if (page.abandoned) return;
  const recognizer::ModelInfo& model = models_[page.view.model];
  work_on(page, "collect", io::ErrorCode::kInternal,
          [&] { progress_.lines_left_out += collect(page, model.confidence, min_confidence_); });
  io::PageRecord& record = page.record;
  record.provenance = provenance_;
  record.provenance.model = model.name;
  record.provenance.model_sha256 = model.sha256;
  // A document that could not be opened is not read again for its checksum: it may be no regular file.
  if (record.page_number) record.provenance.sha256 = page.document->sha256();
  if (timings_ && record.page_number) record.timing = page.timing;
  // So that every format gives what it would give from the record's JSON line.
  io::round_as_written(record);
  page.layout = {};
  page.lines.clear();
  page.memory.resize(kPageOverheadBytes);
}

}  // namespace ocrbatch::pipeline
