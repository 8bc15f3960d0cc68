#include "pipeline/stages/collect.h"

#include <algorithm>
#include <stdexcept>

#include "io/record_reader.h"
#include "pipeline/line_text.h"
#include "pipeline/stages/guard.h"

namespace ocrbatch::pipeline {
namespace {

// Leaves out lines without text and those below the confidence, and what is empty then. Boxes shrink to what
// remains. Returns how many lines were left out although they have text.
std::uint64_t drop_lines(std::vector<io::Block>& blocks, double min_confidence) {
  std::uint64_t left_out = 0;
  for (io::Block& block : blocks) {
    block.bbox = {};
    for (io::Paragraph& paragraph : block.paragraphs) {
      std::erase_if(paragraph.lines, [&](const io::Line& line) {
        const bool is_doubtful = line.confidence < min_confidence;
        left_out += is_doubtful && !line.text.empty();
        return is_doubtful || line.text.empty();
      });
      paragraph.bbox = {};
      for (const io::Line& line : paragraph.lines) paragraph.bbox = io::unite(paragraph.bbox, line.bbox);
      block.bbox = io::unite(block.bbox, paragraph.bbox);
    }
    std::erase_if(block.paragraphs, [](const io::Paragraph& paragraph) { return paragraph.lines.empty(); });
  }
  std::erase_if(blocks, [](const io::Block& block) { return block.paragraphs.empty(); });
  return left_out;
}

// Mean of a line's characters, and how many there are.
struct Evidence {
  double confidence = 0, characters = 0;

  explicit Evidence(const recognizer::Hypothesis& hypothesis) {
    for (const recognizer::Character& character : hypothesis.characters) {
      if (character.text == " ") continue;
      confidence += character.confidence;
      ++characters;
    }
    if (characters > 0) confidence /= characters;
  }
  // Dirt and drawings are read as few characters, and not surely: the fewer, the surer they have to be.
  bool is_of_print() const {
    constexpr double kFewest = 2, kDoubtEach = 0.03, kMostDoubt = 0.12;
    return characters >= kFewest && confidence >= 1 - std::min(kMostDoubt, kDoubtEach * characters);
  }
};

bool is_kept(const std::vector<LineMessage>& lines, std::size_t i) {
  if (lines[i].doubt == Doubt::kNone) return true;
  const Evidence evidence(lines[i].hypothesis);
  if (!evidence.is_of_print()) return false;
  if (lines[i].doubt == Doubt::kOtherWay)
    return evidence.confidence > Evidence(lines[i - 1].hypothesis).confidence;
  const bool has_other_way = i + 1 < lines.size() && lines[i + 1].doubt == Doubt::kOtherWay;
  return !has_other_way || evidence.confidence >= Evidence(lines[i + 1].hypothesis).confidence;
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
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!is_kept(page.lines, i)) continue;
    set_line_text(*lines[i], page.lines[i].hypothesis, page.lines[i].columns, page.lines[i].prepared.to_page,
                  page.layout.geometries[i], result.width_px, result.height_px, calibration);
  }
  const std::uint64_t left_out = drop_lines(page.layout.blocks, min_confidence);
  result.blocks = std::move(page.layout.blocks);
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
