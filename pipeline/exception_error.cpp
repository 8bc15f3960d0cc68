#include "pipeline/exception_error.h"

#include <exception>
#include <new>
#include <opencv2/core.hpp>
#include <string>

namespace ocrbatch::pipeline {

io::Error current_exception_as_error(const char* stage, io::ErrorCode otherwise) {
  const io::Error out_of_memory{io::ErrorCode::kOutOfMemory,
                                std::string("memory was refused in stage ") + stage};
  std::string what = "unknown exception";
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) return out_of_memory;
    what = error.err;
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
  }
  for (char& c : what)
    if (c == '\n' || c == '\r') c = ' ';  // messages are one line
  return {otherwise, std::string(stage) + ": " + what};
}

}  // namespace ocrbatch::pipeline
