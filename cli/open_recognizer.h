// The recognizer of a command that reads.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "recognizer/recognizer.h"

namespace ocrbatch::cli {

// recognizer::load_recognizer, which says where it does not compute on a device that is there.
std::unique_ptr<recognizer::Recognizer> open_recognizer(const std::filesystem::path& model_folder,
                                                        const recognizer::RecognizerOptions& options);

// Says why --device auto takes the CPU; nothing when `why` is empty.
void warn_of_unused_device(const std::string& why);

}  // namespace ocrbatch::cli
