// The processes that train one model together. No LibTorch type is needed to include this header.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "recognizer/train/process_place.h"

namespace at {
class Tensor;
}

namespace ocrbatch::recognizer {

// Another process is missing, has ended, keeps silent for too long, or trains something else.
class PeerError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// All processes call the same functions in the same order; each call returns when all have made it. A group
// of one does nothing. Every process gets the very same bits. One thread at a time. All throw PeerError.
class ProcessGroup {
 public:
  ProcessGroup();                                    // a group of one
  explicit ProcessGroup(const ProcessPlace& place);  // waits for the others
  ~ProcessGroup();
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  int rank() const { return place_.rank; }
  int size() const { return place_.processes; }
  bool is_first() const { return rank() == 0; }  // the one that validates, saves and reports

  // Replaces the numbers by their sums over the processes. A contiguous tensor, of one shape everywhere.
  void sum(at::Tensor& numbers);
  // Replaces the numbers by those of the first process.
  void broadcast(at::Tensor& numbers);

  double sum(double number);
  std::int64_t max(std::int64_t number);
  bool any(bool here) { return max(here ? 1 : 0) != 0; }
  std::int64_t of_first(std::int64_t number);
  std::string of_first(const std::string& text);
  void wait_for_all() { max(0); }

 private:
  struct Backend;
  ProcessPlace place_;
  std::unique_ptr<Backend> backend_;  // null in a group of one
};

}  // namespace ocrbatch::recognizer
