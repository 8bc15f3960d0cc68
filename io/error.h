// Errors of one page or one document, as values. They travel through the pipeline beside results and end as
// records.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace ocrbatch::io {

// What went wrong with a document or a page. The names that `error_code_name` gives are part of the output
// format (docs/output.md lists them with their remedies): add at the end, never rename.
enum class ErrorCode {
  kNotFound,         // the path does not exist (any more)
  kUnreadable,       // no permission, I/O error, not a regular file
  kEmpty,            // zero bytes
  kUnknownFormat,    // no reader knows the content
  kEncrypted,        // a password is needed
  kCorrupt,          // the format is known, the content is damaged
  kNoPages,          // a document with zero pages
  kTooLarge,         // more pixels or pages than the limits allow
  kUnsupported,      // a known format that this build cannot read, or a feature of it
  kTimeout,          // the page took longer than --timeout
  kOutOfMemory,      // memory was refused while reading the page
  kLayoutFailed,     // line finding failed
  kRecognizeFailed,  // recognition failed
  kInternal,         // a bug in ocrbatch
  kCrashed,          // the process that read the page ended, also when it was tried again
};
constexpr ErrorCode kLastErrorCode = ErrorCode::kCrashed;

const char* error_code_name(ErrorCode code);                    // "not_found", "encrypted", ...
std::optional<ErrorCode> error_code_of(std::string_view name);  // the inverse

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // one line, for people: what is wrong and what to do; without the document's name
};

// Either a value or an Error. Libraries return it for anything that may be wrong with the user's documents.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace ocrbatch::io
