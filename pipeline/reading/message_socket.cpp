#include "pipeline/reading/message_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace ocrbatch::pipeline {
namespace {

constexpr double kSlice_s = 1;
// A slice that took longer than this was not waited for, but slept through.
constexpr double kLongestSlice_s = 2;

Transfer receive_bytes(int socket, char* bytes, std::size_t size, Deadline& deadline) {
  while (size > 0) {
    if (!deadline.wait(socket, POLLIN)) return Transfer::kLate;
    const ssize_t n = ::recv(socket, bytes, size, MSG_DONTWAIT);
    if (n > 0) {
      bytes += n;
      size -= static_cast<std::size_t>(n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      return Transfer::kClosed;
    }
  }
  return Transfer::kDone;
}

Transfer send_bytes(int socket, const char* bytes, std::size_t size, Deadline& deadline) {
  while (size > 0) {
    const ssize_t n = ::send(socket, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      bytes += n;
      size -= static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      if (!deadline.wait(socket, POLLOUT)) return Transfer::kLate;
    } else if (errno != EINTR) {
      return Transfer::kClosed;
    }
  }
  return Transfer::kDone;
}

}  // namespace

bool Deadline::wait(int descriptor, short events) {
  while (left_s_ > 0) {
    if (stop_ != nullptr && *stop_) {
      left_s_ = std::min(left_s_, kLeftWhenStopped_s);
      stop_ = nullptr;
    }
    const auto start = std::chrono::steady_clock::now();
    pollfd poll_for{descriptor, events, 0};
    const int timeout_ms = static_cast<int>(1000 * std::min(left_s_, kSlice_s)) + 1;
    const int ready = ::poll(&poll_for, 1, timeout_ms);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    left_s_ -= std::min(elapsed.count(), kLongestSlice_s);
    if (ready > 0) return true;
  }
  return false;
}

Transfer send_message(int socket, const std::string& bytes, Deadline& deadline) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  char length[sizeof size];
  std::memcpy(length, &size, sizeof size);
  const Transfer sent = send_bytes(socket, length, sizeof length, deadline);
  return sent == Transfer::kDone ? send_bytes(socket, bytes.data(), bytes.size(), deadline) : sent;
}

Transfer receive_message(int socket, std::string& bytes, Deadline& deadline) {
  std::uint32_t size = 0;
  char length[sizeof size];
  Transfer received = receive_bytes(socket, length, sizeof length, deadline);
  if (received != Transfer::kDone) return received;
  std::memcpy(&size, length, sizeof size);
  if (size > kMostMessageBytes) return Transfer::kClosed;
  // As it arrives: a length alone must not cost memory.
  constexpr std::uint32_t kPiece = 1 << 20;
  bytes.clear();
  while (received == Transfer::kDone && bytes.size() < size) {
    const std::size_t before = bytes.size();
    bytes.resize(std::min<std::size_t>(size, before + kPiece));
    received = receive_bytes(socket, bytes.data() + before, bytes.size() - before, deadline);
  }
  return received;
}

bool has_news(int socket) {
  pollfd poll_for{socket, POLLIN, 0};
  return ::poll(&poll_for, 1, 0) != 0;
}

}  // namespace ocrbatch::pipeline
