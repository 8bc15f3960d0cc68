// A network trained with CTC (Graves et al. 2006): forward() gives logits, a row a frame, class 0 the blank.
// Its last layer is a Linear by the name of "head".
#pragma once

#include "recognizer/ctc_decoder.h"
#include "recognizer/network.h"

namespace ocrbatch::recognizer {

class CtcNetwork : public LineNetwork {
 public:
  // Which columns a frame stands for.
  virtual FrameGrid frame_grid() const = 0;

  // One frame a label and one blank between equal neighbours have to fit.
  bool can_align(int width_px, const std::vector<int>& labels) const override;
  torch::Tensor loss(const torch::Tensor& logits, const torch::Tensor& widths,
                     const Targets& targets) override;
  bool reads_on_cpu(const Decoding& decoding) const override { return decoding.beam_width > 1; }
  std::vector<std::vector<ReadLabel>> read(const torch::Tensor& logits, const torch::Tensor& widths,
                                           const Decoding& decoding) override;
};

}  // namespace ocrbatch::recognizer
