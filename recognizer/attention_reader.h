// Reads a line with an attention decoder: beam search over labels, greedy with a beam of one.
#pragma once

#include <vector>

#include "recognizer/layers/attention_decoder.h"
#include "recognizer/network.h"

namespace ocrbatch::recognizer {

// frames (T, features) float32 of one line. The best of `beam_width` hypotheses by mean log-probability a
// label, the end included; none is longer than max_length labels. A label covers the columns around the
// centre of its attention, up to halfway to its neighbours'.
std::vector<ReadLabel> read_with_attention(AttentionDecoder& decoder, const torch::Tensor& frames,
                                           int beam_width, int max_length, int pixels_per_frame);

}  // namespace ocrbatch::recognizer
