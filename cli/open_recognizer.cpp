#include "cli/open_recognizer.h"

#include <spdlog/spdlog.h>

namespace ocrbatch::cli {

std::unique_ptr<recognizer::Recognizer> open_recognizer(const std::filesystem::path& model_folder,
                                                        const recognizer::RecognizerOptions& options) {
  auto recognizer = recognizer::load_recognizer(model_folder, options);
  warn_of_unused_device(recognizer->unused_device());
  return recognizer;
}

void warn_of_unused_device(const std::string& why) {
  if (!why.empty()) spdlog::warn("computing on the CPU: {}", why);
}

}  // namespace ocrbatch::cli
