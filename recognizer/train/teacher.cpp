#include "recognizer/train/teacher.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <vector>

#include "recognizer/device.h"
#include "recognizer/model_folder.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
namespace {

// Frames of lines so wide are compared.
constexpr int kWidestPx = 256;

}  // namespace

Teacher::Teacher(const std::filesystem::path& model_folder, const ModelConfig& student_config,
                 const LineNetwork& student, torch::Device device) {
  const LoadedModel model = load_model(model_folder);
  const auto unfit = [&](const std::string& why) {
    throw ConfigError(model_folder.string() + ": cannot teach this network: " + why);
  };
  network_ = std::dynamic_pointer_cast<CtcNetwork>(model.network);
  if (!network_ || dynamic_cast<const CtcNetwork*>(&student) == nullptr)
    unfit("both have to be CTC networks");
  if (model.config.alphabet.labels() != student_config.alphabet.labels())
    unfit("its alphabet is another one");
  if (model.config.img_height != student_config.img_height) unfit("its img_height is another one");
  for (int width_px = 1; width_px <= kWidestPx; ++width_px)
    if (network_->frames(width_px) != student.frames(width_px))
      unfit("its lines have other numbers of frames");
  network_->to(device);
  network_->prepare_for_inference(fast_arithmetic(device));
}

torch::Tensor Teacher::read(const torch::Tensor& images, const torch::Tensor& widths) const {
  // On a CPU a reading network keeps to one thread: each takes a part of the lines.
  const int64_t lines = images.size(0);
  const int64_t parts = images.is_cpu() ? std::min<int64_t>(lines, at::get_num_threads()) : 1;
  std::vector<torch::Tensor> read(static_cast<std::size_t>(parts));
  at::parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
    const torch::NoGradGuard no_grad;
    for (int64_t part = begin; part < end; ++part) {
      const int64_t first = lines * part / parts, last = lines * (part + 1) / parts;
      read[static_cast<std::size_t>(part)] =
          network_->forward(images.slice(0, first, last), widths.slice(0, first, last))
              .to(torch::kFloat)
              .log_softmax(-1);
    }
  });
  return torch::cat(read);
}

torch::Tensor Teacher::loss(const torch::Tensor& logits, const torch::Tensor& taught,
                            const torch::Tensor& widths, const Targets& targets) const {
  const int64_t batch = logits.size(0);
  const torch::Tensor weights = torch::zeros({batch, logits.size(1)});
  const int* const widths_px = widths.const_data_ptr<int>();
  for (int64_t b = 0; b < batch; ++b) {
    const auto labels =
        static_cast<double>(std::max<std::size_t>(1, targets[static_cast<std::size_t>(b)].size()));
    weights[b].slice(0, 0, network_->frames(widths_px[b])).fill_(1 / labels);
  }
  const torch::Tensor known = taught.exp();
  const torch::Tensor divergence = (known * (taught - logits.to(torch::kFloat).log_softmax(-1))).sum(-1);
  return (divergence * weights.to(divergence.device())).sum() / batch;
}

}  // namespace ocrbatch::recognizer
