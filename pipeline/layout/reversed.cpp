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
    cv::Mat light;
    cv::bitwise_not(ink(box), light);
    for (Component hole : find_components(light)) {
      const bool at_edge =
          hole.box.x == 0 || hole.box.y == 0 || hole.box.br().x == box.width || hole.box.br().y == box.height;
      if (at_edge) continue;  // the paper around a panel that is no rectangle
      hole.box += box.tl();
      letters.push_back(hole);
    }
  }
  return letters;
}

}  // namespace ocrbatch::pipeline
