// Which way up a page is, by what the recognizer makes of it.
#pragma once

#include <vector>

#include "pipeline/messages.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Whether text runs up or down the page.
bool lies_on_its_side(const LetterNeighbours& neighbours);

// Holds back all lines but the longest few, which tell whether a page is upright.
void hold_back_all_but_a_sample(std::vector<LineMessage>& lines);

// What a page holds of the memory budget when its image is gone.
std::uint64_t bytes_held(const PageMessage& page);

// Looks at a page whose lines, or a sample of them, have been recognized. One that reads well goes on. One
// that does not is read again, turned, a sample of its lines at a time; where that reads clearly better, the
// page stays turned, and the lines that were held back are recognized, too. Otherwise it is left as its
// document has it.
class OrientPage {
 public:
  OrientPage(Orientation orientation, ScanProgress& progress)
      : orientation_(orientation), progress_(progress) {}
  PageWay operator()(PageMessage& page) const;

 private:
  PageWay orient(PageMessage& page) const;
  PageWay settle(PageMessage& page) const;
  PageWay try_next(PageMessage& page) const;

  const Orientation orientation_;
  ScanProgress& progress_;
};

}  // namespace ocrbatch::pipeline
