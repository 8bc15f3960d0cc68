// Standard error as people see it: lines of messages, and below them at most one live status line.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace ocrbatch::cli {

// Thread-safe. Writing never fails: nobody may be left to tell.
class Terminal {
 public:
  static Terminal& instance();

  bool is_terminal() const { return is_terminal_; }
  void message(std::string_view line);  // a line of its own, above the status line
  void status(std::string_view line);   // replaces the status line; cut to the terminal's width
  void clear_status();

 private:
  Terminal();
  std::mutex mutex_;
  bool is_terminal_ = false;
  std::string status_;
};

}  // namespace ocrbatch::cli
