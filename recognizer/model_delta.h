// What fine-tuning changed, as a file of its own: the tensors in which a model differs from the one it
// started from. After training with LoRA or adapters alone, that is a few MB, whatever the size of the base.
#pragma once

#include <cstdint>
#include <filesystem>

namespace ocrbatch::recognizer {

struct DeltaSize {
  std::int64_t tensors = 0, parameters = 0;
};

// Writes `file`: the tensors of `model` that `base` lacks or has otherwise, and model.json. Throws
// ModelError.
DeltaSize save_model_delta(const std::filesystem::path& model, const std::filesystem::path& base,
                           const std::filesystem::path& file);

// Writes the model folder `out` that `file` was made from. Throws ModelError, also for another base than it
// was made with.
void apply_model_delta(const std::filesystem::path& file, const std::filesystem::path& base,
                       const std::filesystem::path& out);

// Writes `model` with its LoRA matrices added to the weights that they belong to: the same readings from a
// plain network. Bottleneck adapters are not linear and stay. Throws ModelError where there is no LoRA.
void merge_model(const std::filesystem::path& model, const std::filesystem::path& out);

}  // namespace ocrbatch::recognizer
