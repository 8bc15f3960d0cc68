#include "cli/version.h"

#include <spdlog/fmt/fmt.h>

#include <opencv2/core/version.hpp>

#include "build_facts.h"
#include "pipeline/reading/sandbox.h"

namespace ocrbatch::cli {

std::string program_version() {
  return kVersion;
}

std::string version_text() {
  const std::string poppler = kPoppler;
  const std::string sanitizers = kSanitizers;
  std::string text = fmt::format("ocrbatch {}\n", kVersion);
  const auto add = [&text](const char* name, const std::string& fact) {
    text += fmt::format("  {:<12}{}\n", name, fact);
  };
  add("compiler", kCompiler + (sanitizers.empty() ? "" : ", sanitizers: " + sanitizers));
  add("LibTorch", kTorch);
  add("CUDA", kCuda ? "yes" : "no");
  add("Poppler", poppler.empty() ? "no: PDF cannot be read" : poppler);
  add("Leptonica", kLeptonica);
  add("Tesseract", fmt::format("{} (layout only)", kTesseract));
  add("OpenCV", CV_VERSION);
  add("oneTBB", kTbb);
  add("Boost", kBoost);
  add("ICU", kIcu);
  add("sandbox", pipeline::probe_sandbox().text() + " on this machine");
  return text;
}

}  // namespace ocrbatch::cli
