// In which view a page is read: which way up, with or without its edges, and by which model, by what the
// models make of it.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "pipeline/messages.h"
#include "pipeline/model_set.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Whether text runs up or down the page.
bool lies_on_its_side(const LetterNeighbours& neighbours);

// Holds back all lines but the longest few, which tell how well the page reads.
void hold_back_all_but_a_sample(std::vector<LineMessage>& lines);

// What a page holds of the memory budget when its image is gone.
std::uint64_t bytes_held(const PageMessage& page);

// Looks at a page whose lines, or a sample of them, have been recognized. One that reads well goes on. One
// that does not is read again, by the other models and turned, a sample of its lines at a time; where that
// reads clearly better, the page is read so, and the lines that were held back are recognized, too. Otherwise
// it is left as it was read first. Another model has to read what the first one has no characters for. The
// image of a single line, which may show a part of a frame or of a letter at its edges, is also tried without
// them, and taken as it reads best.
class ChooseView {
 public:
  ChooseView(Orientation orientation, const ModelSet& models, ScanProgress& progress);
  PageWay operator()(PageMessage& page) const;

 private:
  struct Evidence;
  Evidence evidence(const std::vector<LineMessage>& lines, const std::vector<std::size_t>& chosen) const;
  Evidence sample(const std::vector<LineMessage>& lines) const;
  std::vector<PageView> views_to_try(const PageMessage& page, double confidence) const;
  static bool is_better_as_one_line(const Evidence& line, const Evidence& first);
  static bool is_better(const Evidence& turned, const Evidence& first);
  static bool is_better_by_another(const Evidence& other, const Evidence& first);

  PageWay choose(PageMessage& page) const;
  PageWay settle(PageMessage& page) const;
  PageWay try_next(PageMessage& page) const;

  const Orientation orientation_;
  const std::size_t models_;
  std::unordered_set<std::string> labels_;  // of the first model; empty where there is no other
  ScanProgress& progress_;
};

}  // namespace ocrbatch::pipeline
