#include "cli/open_recognizer.h"

#include <spdlog/spdlog.h>

namespace ocrbatch::cli {

std::unique_ptr<recognizer::Recognizer> open_recognizer(const std::filesystem::path& model_folder,
                                                        const recognizer::RecognizerOptions& options) {
  auto recognizer = recognizer::load_recognizer(model_folder, options);
  warn_of_unused_device(recognizer->unused_device());
  return recognizer;
}

OpenModels::OpenModels(const std::vector<std::filesystem::path>& folders,
                       const recognizer::RecognizerOptions& options) {
  for (const std::filesystem::path& folder : folders) {
    recognizers_.push_back(recognizer::load_recognizer(folder, options));
    if (recognizers_.size() == 1) warn_of_unused_device(recognizers_.front()->unused_device());
  }
}

pipeline::ModelSet OpenModels::set() const {
  std::vector<const recognizer::Recognizer*> models;
  for (const auto& recognizer : recognizers_) models.push_back(recognizer.get());
  return pipeline::ModelSet(std::move(models));
}

void warn_of_unused_device(const std::string& why) {
  if (!why.empty()) spdlog::warn("computing on the CPU: {}", why);
}

}  // namespace ocrbatch::cli
