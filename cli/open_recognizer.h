// The recognizers of a command that reads.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/model_set.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {

// recognizer::load_recognizer, which says where it does not compute on a device that is there.
std::unique_ptr<recognizer::Recognizer> open_recognizer(const std::filesystem::path& model_folder,
                                                        const recognizer::RecognizerOptions& options);

// Those of a run, and what the pipeline takes them as.
class OpenModels {
 public:
  // As open_recognizer, for each folder.
  OpenModels(const std::vector<std::filesystem::path>& folders, const recognizer::RecognizerOptions& options);

  pipeline::ModelSet set() const;

 private:
  std::vector<std::unique_ptr<recognizer::Recognizer>> recognizers_;
};

// Says why --device auto takes the CPU; nothing when `why` is empty.
void warn_of_unused_device(const std::string& why);

}  // namespace ocrbatch::cli
