// Messages over a socket pair: their length in four bytes, then their bytes.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace ocrbatch::pipeline {

// More is no message: pages of tens of thousands of lines take a few megabytes.
constexpr std::uint32_t kMostMessageBytes = 64 << 20;

// How long something may still take. Time in which this process itself did not run (it was stopped, the
// machine slept or was busy beyond measure) does not count.
class Deadline {
 public:
  // When `stop` becomes true, no more than kLeftWhenStopped_s are left.
  explicit Deadline(double seconds, const std::atomic<bool>* stop = nullptr)
      : left_s_(seconds), stop_(stop) {}
  static Deadline never() { return Deadline(1e12); }

  // Waits for `events` (poll(2)) on the descriptor; false when the time is up.
  bool wait(int descriptor, short events);

  static constexpr double kLeftWhenStopped_s = 5;

 private:
  double left_s_;
  const std::atomic<bool>* stop_;
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
