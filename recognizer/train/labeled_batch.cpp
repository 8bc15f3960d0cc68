#include "recognizer/train/labeled_batch.h"

#include <algorithm>

namespace ocrbatch::recognizer {

LabeledBatch make_labeled_batch(const std::vector<const LabeledLine*>& lines, const Alphabet& alphabet,
                                const LineNetwork& network, bool only_alignable) {
  LabeledBatch batch;
  std::vector<cv::Mat> images;
  int columns = 1;
  for (const LabeledLine* line : lines) {
    if (line->pixels.empty()) continue;
    std::vector<int> labels = alphabet.encode(line->text);
    if (only_alignable && (labels.empty() || !network.can_align(line->pixels.cols, labels))) continue;
    batch.lines.push_back(line);
    batch.targets.push_back(std::move(labels));
    images.push_back(line->pixels);
    columns = std::max(columns, line->pixels.cols);
  }
  // A few widths instead of all: oneDNN compiles a kernel for each shape it meets.
  if (!images.empty()) batch.pixels = make_line_batch(images, (columns + 31) / 32 * 32);
  return batch;
}

}  // namespace ocrbatch::recognizer
