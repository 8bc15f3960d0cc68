#include "pipeline/stages/orient.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <utility>

#include "pipeline/exception_error.h"

namespace ocrbatch::pipeline {
namespace {

// See docs/layout.md for what pages give upright and turned.
constexpr double kReadsWell = 0.88;     // nobody asks whether such a page is upright
constexpr double kReadsRight = 0.75;    // least that a page must give to be turned
constexpr double kClearlyBetter = 0.1;  // and so much more than as it was
constexpr std::size_t kSampleLines = 8;
// LOSE is 3501 upside down: a word is too little to go by. A third of what there was before need not be read
// where so much is read that it cannot be chance: columns of digits, read across, are long lines.
constexpr std::size_t kFewestCharacters = 10, kEnoughCharacters = 40;
// Below so many letters nothing is said about the way in which they run.
constexpr int kFewestLetters = 12;
constexpr double kClearMajority = 1.3;

struct Evidence {
  double confidence = 0;  // mean of the characters'
  std::size_t characters = 0;
};

Evidence evidence(const std::vector<LineMessage>& lines, const std::vector<std::size_t>& chosen) {
  Evidence evidence;
  for (const std::size_t i : chosen) {
    for (const recognizer::Character& character : lines[i].hypothesis.characters) {
      if (character.text == " ") continue;
      evidence.confidence += character.confidence;
      ++evidence.characters;
    }
  }
  if (evidence.characters > 0) evidence.confidence /= static_cast<double>(evidence.characters);
  return evidence;
}

std::vector<std::size_t> all_of(const std::vector<LineMessage>& lines) {
  std::vector<std::size_t> all(lines.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

// The longest lines: they hold most characters, and dirt is short.
std::vector<std::size_t> sample_of(const std::vector<LineMessage>& lines) {
  std::vector<std::size_t> longest = all_of(lines);
  std::ranges::stable_sort(longest, std::ranges::greater{}, [&](std::size_t i) { return lines[i].columns; });
  longest.resize(std::min(longest.size(), kSampleLines));
  return longest;
}

Evidence sample(const std::vector<LineMessage>& lines) {
  return evidence(lines, sample_of(lines));
}

bool any_failed(const std::vector<LineMessage>& lines) {
  return std::ranges::any_of(lines, [](const LineMessage& line) { return line.error.has_value(); });
}

bool is_better(const Evidence& turned, const Evidence& before) {
  return turned.confidence >= kReadsRight && turned.confidence >= before.confidence + kClearlyBetter &&
         turned.characters >= std::clamp(before.characters / 3, kFewestCharacters, kEnoughCharacters);
}

// A page turned half round has the same rows, so that one without rows has none then either.
std::vector<int> turns_to_try(const PageMessage& page) {
  const auto [beside, above_or_below] = page.layout.neighbours;
  std::vector<int> turns;
  if (lies_on_its_side(page.layout.neighbours)) return {270, 90};
  if (!page.lines.empty()) turns.push_back(180);
  const bool runs_along = beside > kClearMajority * above_or_below;
  if (beside + above_or_below >= kFewestLetters && !runs_along) turns.insert(turns.begin(), {270, 90});
  return turns;
}

// Of lines that will not be in the record.
void note_time(const std::vector<LineMessage>& lines, PageMessage& page) {
  for (const LineMessage& line : lines) page.timing.recognize_ms += line.recognize_ms;
}

PageSide take_side(PageMessage& page) {
  const io::Page& result = page.record.page;
  return {.turn_deg = page.turn_deg,
          .width_px = result.width_px,
          .height_px = result.height_px,
          .rotation_deg = result.rotation_deg,
          .layout = std::exchange(page.layout, {}),
          .lines = std::exchange(page.lines, {})};
}

void put_back(PageSide side, PageMessage& page) {
  page.record.error.reset();
  page.turn_deg = side.turn_deg;
  page.record.page.width_px = side.width_px;
  page.record.page.height_px = side.height_px;
  page.record.page.rotation_deg = side.rotation_deg;
  page.layout = std::move(side.layout);
  page.lines = std::move(side.lines);
}

}  // namespace

bool lies_on_its_side(const LetterNeighbours& neighbours) {
  const auto [beside, above_or_below] = neighbours;
  return beside + above_or_below >= kFewestLetters && above_or_below > kClearMajority * beside;
}

void hold_back_all_but_a_sample(std::vector<LineMessage>& lines) {
  for (LineMessage& line : lines) line.held_back = true;
  for (const std::size_t i : sample_of(lines)) lines[i].held_back = false;
}

std::uint64_t bytes_held(const PageMessage& page) {
  std::uint64_t bytes = kPageOverheadBytes;
  const auto add = [&](const std::vector<LineMessage>& lines) {
    for (const LineMessage& line : lines) bytes += line.prepared.pixels.total();
  };
  add(page.lines);
  if (page.trial) add(page.trial->as_it_is.lines);
  if (page.trial && page.trial->best) add(page.trial->best->lines);
  return bytes;
}

PageWay OrientPage::operator()(PageMessage& page) const {
  if (page.abandoned || page.is_upright || orientation_ == Orientation::kOff) return PageWay::kCollect;
  try {
    return orient(page);
  } catch (...) {
    page.record.error = current_exception_as_error("orientation", io::ErrorCode::kInternal);
    page.trial.reset();
    page.drop_work();
    return PageWay::kCollect;
  }
}

PageWay OrientPage::orient(PageMessage& page) const {
  const bool failed = page.failed() || any_failed(page.lines);
  if (!page.trial) {
    if (failed) return PageWay::kCollect;
    if (evidence(page.lines, all_of(page.lines)).confidence >= kReadsWell) return settle(page);
    std::vector<int> turns = turns_to_try(page);
    page.trial = std::make_unique<OrientationTrial>(OrientationTrial{take_side(page), {}, std::move(turns)});
    return try_next(page);
  }
  OrientationTrial& trial = *page.trial;
  const Evidence turned = sample(page.lines);
  // Upside down, a page reads far better than on its side: only what reads well ends the search.
  if (!failed && turned.confidence >= kReadsWell) trial.turns_to_try.clear();
  if (!failed && is_better(turned, sample(trial.as_it_is.lines)) &&
      (!trial.best || turned.confidence > sample(trial.best->lines).confidence)) {
    if (trial.best) note_time(trial.best->lines, page);
    trial.best = take_side(page);
  }
  note_time(page.lines, page);
  if (failed) {  // which says nothing against the page as it is
    trial.turns_to_try.clear();
    trial.best.reset();
  }
  return try_next(page);
}

PageWay OrientPage::try_next(PageMessage& page) const {
  std::vector<int>& turns = page.trial->turns_to_try;
  if (turns.empty()) {
    OrientationTrial& trial = *page.trial;
    if (trial.best) {
      ++progress_.pages_turned;
      note_time(trial.as_it_is.lines, page);
    }
    put_back(trial.best ? std::move(*trial.best) : std::move(trial.as_it_is), page);
    return settle(page);
  }
  page.turn_deg = turns.back();
  turns.pop_back();
  page.layout = {};
  page.lines.clear();
  return PageWay::kRead;
}

PageWay OrientPage::settle(PageMessage& page) const {
  page.is_upright = true;
  page.trial.reset();
  std::size_t rest = 0;
  for (LineMessage& line : page.lines) {
    line.held_back = false;
    rest += is_to_be_recognized(line);  // the pixels of the others are gone
  }
  page.lines_to_recognize = rest;
  page.memory.resize(bytes_held(page));
  return rest > 0 ? PageWay::kRecognize : PageWay::kCollect;
}

}  // namespace ocrbatch::pipeline
