// Knowledge distillation (arXiv 1503.02531): a network learns, beside its labels, what a trained one makes of
// the same lines, frame by frame.
#pragma once

#include <filesystem>
#include <memory>

#include "recognizer/ctc_network.h"
#include "recognizer/model_config.h"

namespace ocrbatch::recognizer {

class Teacher {
 public:
  // Throws ModelError, or ConfigError where the student cannot learn from it: both are to be CTC networks
  // with one alphabet, one line height and as many frames for a line.
  Teacher(const std::filesystem::path& model_folder, const ModelConfig& student_config,
          const LineNetwork& student, torch::Device device);

  // Log-probabilities (batch, T, classes) float32 of the lines, without a gradient.
  torch::Tensor read(const torch::Tensor& images, const torch::Tensor& widths) const;

  // Kullback-Leibler divergence of the student's probabilities from the teacher's, summed over a line's
  // frames and divided by its number of labels, as the CTC loss is; the mean over the lines, a scalar. logits
  // (batch, T, classes) are the student's; widths (batch) int32 on the CPU.
  torch::Tensor loss(const torch::Tensor& logits, const torch::Tensor& taught, const torch::Tensor& widths,
                     const Targets& targets) const;

 private:
  std::shared_ptr<CtcNetwork> network_;
};

}  // namespace ocrbatch::recognizer
