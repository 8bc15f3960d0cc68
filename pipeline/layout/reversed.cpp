#include "pipeline/layout/reversed.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace ocrbatch::pipeline {

std::vector<Component> find_reversed_letters(const cv::Mat& ink, const std::vector<Component>& components,
                                             double letter_px) {
  std::vector<Component> letters;
  for (const Component& panel : components) {
    const cv::Rect& box = panel.box;
    // A panel is mostly dark, holds a row of letters and is wider than high letters are.
    if (box.height < 1.3 * letter_px || box.width < 4 * letter_px) continue;
    if (panel.pixels < 0.5 * box.area()) continue;
    if (box.x == 0 || box.y == 0 || box.br().x == ink.cols || box.br().y == ink.rows) continue;
    cv::Mat light;
    cv::bitwise_not(ink(box), light);
    std::vector<Component> holes;
    int filled = panel.pixels;
    for (Component hole : find_components(light)) {
      const bool at_edge =
          hole.box.x == 0 || hole.box.y == 0 || hole.box.br().x == box.width || hole.box.br().y == box.height;
      if (at_edge) continue;  // the paper around a panel
      filled += hole.pixels;
      hole.box += box.tl();
      holes.push_back(hole);
    }
    // A tilted bar leaves corners of paper.
    if (filled > 0.75 * box.area()) letters.insert(letters.end(), holes.begin(), holes.end());
  }
  return letters;
}

}  // namespace ocrbatch::pipeline
