#include "recognizer/train/alignment.h"

#include "recognizer/network.h"

namespace ocrbatch::recognizer {

std::function<bool(int width_px, const std::vector<int>& labels)> alignment_check(const ModelConfig& model) {
  return [network = build_network(model)](int width_px, const std::vector<int>& labels) {
    return network->can_align(width_px, labels);
  };
}

}  // namespace ocrbatch::recognizer
