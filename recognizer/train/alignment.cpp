#include "recognizer/train/alignment.h"

#include "recognizer/network.h"

namespace ocrbatch::recognizer {

std::function<bool(int width_px, const std::vector<int>& labels)> alignment_check(const ModelConfig& model) {
  const std::shared_ptr<const CtcNetwork> network = build_network(model);
  return [network](int width_px, const std::vector<int>& labels) {
    std::size_t needed = labels.size();
    for (std::size_t i = 1; i < labels.size(); ++i) needed += labels[i] == labels[i - 1] ? 1 : 0;
    return static_cast<std::size_t>(network->frames(width_px)) >= needed;
  };
}

}  // namespace ocrbatch::recognizer
