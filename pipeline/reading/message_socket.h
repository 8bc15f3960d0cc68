// Messages over a socket pair: their length in four bytes, then their bytes.
#pragma once

#include <optional>
#include <string>

namespace ocrbatch::pipeline {

// More is no message: pages of tens of thousands of lines take a few megabytes.
constexpr std::uint32_t kMostMessageBytes = 64 << 20;

// How long something may still take. Time in which this process itself did not run (it was stopped, the
// machine slept or was busy beyond measure) does not count.
class Deadline {
 public:
  explicit Deadline(double seconds) : left_s_(seconds) {}
  static Deadline never() { return Deadline(1e12); }

  // Waits for `events` (poll(2)) on the descriptor; false when the time is up.
  bool wait(int descriptor, short events);

 private:
  double left_s_;
};

enum class Transfer {
  kDone,
  kClosed,  // the other side has ended, or sends what is no message
  kLate,
};

Transfer send_message(int socket, const std::string& bytes, Deadline& deadline);
Transfer receive_message(int socket, std::string& bytes, Deadline& deadline);

// Whether there is something to be read, or the other side has ended.
bool has_news(int socket);

}  // namespace ocrbatch::pipeline
