#include "io/error.h"

namespace ocrbatch::io {

const char* error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kUnreadable:
      return "unreadable";
    case ErrorCode::kEmpty:
      return "empty";
    case ErrorCode::kUnknownFormat:
      return "unknown_format";
    case ErrorCode::kEncrypted:
      return "encrypted";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kNoPages:
      return "no_pages";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kOutOfMemory:
      return "out_of_memory";
    case ErrorCode::kLayoutFailed:
      return "layout_failed";
    case ErrorCode::kRecognizeFailed:
      return "recognize_failed";
    case ErrorCode::kInternal:
      return "internal";
    case ErrorCode::kCrashed:
      return "crashed";
  }
  return "internal";
}

std::optional<ErrorCode> error_code_of(std::string_view name) {
  constexpr int kMoreThanThereAre = 100;  // error_code_name takes any value
  for (int code = 0; code < kMoreThanThereAre; ++code)
    if (name == error_code_name(static_cast<ErrorCode>(code))) return static_cast<ErrorCode>(code);
  return std::nullopt;
}

}  // namespace ocrbatch::io
