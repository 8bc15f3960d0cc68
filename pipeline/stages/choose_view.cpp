#include "pipeline/stages/choose_view.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <utility>

#include "pipeline/exception_error.h"

namespace ocrbatch::pipeline {
namespace {

// See docs/layout.md for what pages give upright and turned.
constexpr double kReadsWell = 0.88;   // nobody asks how else such a page could be read
constexpr double kReadsRight = 0.75;  // least that a page must give turned; what gives less may be any way up
constexpr double kClearlyBetter = 0.1;  // and so much more than in the first
// Or this much and so much more: the longest lines of a receipt are rows of asterisks.
constexpr double kReadsSomehow = 0.6, kFarBetter = 0.2;
constexpr std::size_t kSampleLines = 8;
// Of an image of one line.
constexpr double kLineReadsWell = 0.95;
constexpr std::array kTrims = {0.1, 0.06, 0.0};
// A letter that is cut into may be read more surely than it is right.
constexpr double kSurerAsOneLine = 0.03;
// LOSE is 3501 upside down: a word is too little to go by. A third of what there was before need not be read
// where so much is read that it cannot be chance: columns of digits, read across, are long lines.
constexpr std::size_t kFewestCharacters = 10, kEnoughCharacters = 40;
// By another model, whose characters need not be as many as the letters that were seen in them. Characters
// that the first one does not have are evidence of their own: letters are hardly taken for them.
constexpr double kReadsRightByAnother = 0.6, kBetterByAnother = 0.05;
constexpr std::size_t kFewestOfAnother = 2;
constexpr double kForeignShare = 0.25;
// Below so many letters nothing is said about the way in which they run.
constexpr int kFewestLetters = 12;
constexpr double kClearMajority = 1.3;

// But for those that may be no print.
std::vector<std::size_t> all_of(const std::vector<LineMessage>& lines) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].doubt == Doubt::kNone) all.push_back(i);
  return all;
}

// The longest lines: they hold most characters, and dirt is short.
std::vector<std::size_t> sample_of(const std::vector<LineMessage>& lines) {
  std::vector<std::size_t> longest = all_of(lines);
  std::ranges::stable_sort(longest, std::ranges::greater{}, [&](std::size_t i) { return lines[i].columns; });
  longest.resize(std::min(longest.size(), kSampleLines));
  return longest;
}

bool any_failed(const std::vector<LineMessage>& lines) {
  return std::ranges::any_of(lines, [](const LineMessage& line) { return line.error.has_value(); });
}

// Of lines that will not be in the record.
void note_time(const std::vector<LineMessage>& lines, PageMessage& page) {
  for (const LineMessage& line : lines) page.timing.recognize_ms += line.recognize_ms;
}

ViewedPage take_view(PageMessage& page) {
  const io::Page& result = page.record.page;
  return {.view = page.view,
          .width_px = result.width_px,
          .height_px = result.height_px,
          .rotation_deg = result.rotation_deg,
          .layout = std::exchange(page.layout, {}),
          .lines = std::exchange(page.lines, {})};
}

void put_back(ViewedPage viewed, PageMessage& page) {
  page.record.error.reset();
  page.view = viewed.view;
  page.record.page.width_px = viewed.width_px;
  page.record.page.height_px = viewed.height_px;
  page.record.page.rotation_deg = viewed.rotation_deg;
  page.layout = std::move(viewed.layout);
  page.lines = std::move(viewed.lines);
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
  if (page.trial) add(page.trial->first.lines);
  if (page.trial && page.trial->best) add(page.trial->best->lines);
  return bytes;
}

// Of the characters of some lines.
struct ChooseView::Evidence {
  double confidence = 0;  // mean
  std::size_t characters = 0;
  std::size_t foreign = 0;  // characters that the first model does not have
};

ChooseView::ChooseView(Orientation orientation, const ModelSet& models, ScanProgress& progress)
    : orientation_(orientation), models_(models.size()), progress_(progress) {
  if (models_ == 1) return;
  const std::vector<std::string>& alphabet = models.first().info().alphabet;
  labels_.insert(alphabet.begin(), alphabet.end());
}

ChooseView::Evidence ChooseView::evidence(const std::vector<LineMessage>& lines,
                                          const std::vector<std::size_t>& chosen) const {
  Evidence evidence;
  for (const std::size_t i : chosen) {
    for (const recognizer::Character& character : lines[i].hypothesis.characters) {
      if (character.text == " ") continue;
      evidence.confidence += character.confidence;
      ++evidence.characters;
      if (!labels_.empty() && !labels_.contains(character.text)) ++evidence.foreign;
    }
  }
  if (evidence.characters > 0) evidence.confidence /= static_cast<double>(evidence.characters);
  return evidence;
}

ChooseView::Evidence ChooseView::sample(const std::vector<LineMessage>& lines) const {
  return evidence(lines, sample_of(lines));
}

bool ChooseView::is_better_as_one_line(const Evidence& line, const Evidence& first) {
  return line.characters > 0 && line.confidence > first.confidence + kSurerAsOneLine;
}

bool ChooseView::is_better(const Evidence& turned, const Evidence& first) {
  const double gain = turned.confidence - first.confidence;
  const bool reads_better = (turned.confidence >= kReadsRight && gain >= kClearlyBetter) ||
                            (turned.confidence >= kReadsSomehow && gain >= kFarBetter);
  return reads_better &&
         turned.characters >= std::clamp(first.characters / 3, kFewestCharacters, kEnoughCharacters);
}

bool ChooseView::is_better_by_another(const Evidence& other, const Evidence& first) {
  return other.confidence >= std::max(kReadsRightByAnother, first.confidence + kBetterByAnother) &&
         other.characters >= kFewestOfAnother &&
         static_cast<double>(other.foreign) >= kForeignShare * static_cast<double>(other.characters);
}

// A page turned half round has the same rows, so that one without rows has none then either.
std::vector<PageView> ChooseView::views_to_try(const PageMessage& page, double confidence) const {
  std::vector<PageView> views;
  const auto trim = [&] {
    if (!page.layout.may_be_one_line) return;
    // One line that was found is the whole image.
    for (const double share : kTrims)
      if (share > 0 || page.lines.size() != 1)
        views.push_back({.image = {.trim = share, .as_one_line = true}});
  };
  if (confidence >= kReadsWell) {
    if (confidence < kLineReadsWell) trim();
    return views;
  }
  const auto turn = [&](int turn_deg) { views.push_back({.image = {.turn_deg = turn_deg}}); };
  const auto [beside, above_or_below] = page.layout.neighbours;
  const bool may_turn = orientation_ == Orientation::kAuto,
             runs_along = beside > kClearMajority * above_or_below;
  const bool may_lie = may_turn && beside + above_or_below >= kFewestLetters;
  // The last is tried first. Of print with gaps as wide as its leading, as tills print, letters' neighbours
  // say the wrong thing.
  if (may_lie && runs_along && confidence < kReadsRight) turn(270), turn(90);
  // Other models may be larger, and a page that reads well when it is turned needs none of them.
  if (!page.lines.empty())
    for (std::size_t model = models_; --model > 0;) views.push_back({.image = {}, .model = model});
  if (may_lie && !runs_along) turn(270), turn(90);
  if (may_turn && !page.lines.empty() && !lies_on_its_side(page.layout.neighbours)) turn(180);
  trim();
  return views;
}

PageWay ChooseView::operator()(PageMessage& page) const {
  const bool has_choice =
      orientation_ == Orientation::kAuto || models_ > 1 || page.layout.may_be_one_line || page.trial;
  if (page.abandoned || page.is_settled || !has_choice) return PageWay::kCollect;
  try {
    return choose(page);
  } catch (...) {
    page.record.error = current_exception_as_error("choose view", io::ErrorCode::kInternal);
    page.trial.reset();
    page.drop_work();
    return PageWay::kCollect;
  }
}

PageWay ChooseView::choose(PageMessage& page) const {
  const bool failed = page.failed() || any_failed(page.lines);
  if (!page.trial) {
    if (failed) return PageWay::kCollect;
    std::vector<PageView> views = views_to_try(page, evidence(page.lines, all_of(page.lines)).confidence);
    if (views.empty()) return settle(page);
    page.trial = std::make_unique<ViewTrial>(ViewTrial{take_view(page), {}, std::move(views)});
    return try_next(page);
  }
  ViewTrial& trial = *page.trial;
  const Evidence here = sample(page.lines), first = sample(trial.first.lines);
  const bool is_of_another = page.view.model != trial.first.view.model;
  const bool as_one_line = page.view.image.as_one_line;
  const bool better = !failed && (is_of_another ? is_better_by_another(here, first)
                                  : as_one_line ? is_better_as_one_line(here, first)
                                                : is_better(here, first));
  // Upside down, a page reads far better than on its side: only what reads well ends the search.
  const double reads_well = as_one_line ? kLineReadsWell : kReadsWell;
  if (!failed && here.confidence >= reads_well && (better || !is_of_another)) trial.views_to_try.clear();
  if (better && (!trial.best || here.confidence > sample(trial.best->lines).confidence)) {
    if (trial.best) note_time(trial.best->lines, page);
    trial.best = take_view(page);
  }
  note_time(page.lines, page);
  if (failed) {  // which says nothing against the page as it is
    trial.views_to_try.clear();
    trial.best.reset();
  }
  return try_next(page);
}

PageWay ChooseView::try_next(PageMessage& page) const {
  std::vector<PageView>& views = page.trial->views_to_try;
  if (views.empty()) {
    ViewTrial& trial = *page.trial;
    if (trial.best) {
      if (trial.best->view.image.turn_deg != 0) ++progress_.pages_turned;
      if (trial.best->view.model != 0) ++progress_.pages_of_other_models;
      note_time(trial.first.lines, page);
    }
    put_back(trial.best ? std::move(*trial.best) : std::move(trial.first), page);
    return settle(page);
  }
  page.view = views.back();
  views.pop_back();
  page.layout = {};
  page.lines.clear();
  return PageWay::kRead;
}

PageWay ChooseView::settle(PageMessage& page) const {
  page.is_settled = true;
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
