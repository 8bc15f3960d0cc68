// A training job that one process or several run, with lines that cannot be trained on among the others.
#pragma once

#include "recognizer/train/train.h"
#include "tests/recognizer/small_model.h"

namespace ocrbatch::testing {

class PartlyUsableLines : public BarLines {
 public:
  explicit PartlyUsableLines(int height_px) : BarLines(40, height_px, 2) {}
  recognizer::LabeledLine get(std::uint64_t index) const override {
    recognizer::LabeledLine line = BarLines::get(index);
    // Grain: on even ground the last digit would decide which of equal neighbours a pool takes.
    cv::RNG random(index + 1);
    for (int y = 0; y < line.pixels.rows; ++y) {
      for (int x = 0; x < line.pixels.cols; ++x) {
        uchar& pixel = line.pixels.at<uchar>(y, x);
        pixel = static_cast<uchar>(std::abs(pixel - random.uniform(0, 60)));
      }
    }
    if (index % 3 == 0) line.text = std::string(300, 'a');
    return line;
  }
};

inline recognizer::TrainJob shared_job(const std::string& architecture, const std::filesystem::path& out,
                                       int batch_size, std::int64_t steps) {
  recognizer::TrainJob job;
  job.model = small_model_config(architecture);
  job.train.batch_size = batch_size;
  job.train.learning_rate = 0.001;
  job.train.max_steps = steps;
  job.train.amp = "off";
  job.train.ema_decay = 0.9;
  job.train.log_every_steps = 1;
  job.train.validate_every_steps = 6;
  job.train.checkpoint_every_steps = 1000;
  job.train.threads = 1;
  job.train.workers = 1;
  job.out = out;
  return job;
}

}  // namespace ocrbatch::testing
