#include "recognizer/train/process_group.h"

#define USE_C10D_GLOO  // without it c10d's header is empty
#include <torch/torch.h>

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

C10_DECLARE_int(caffe2_log_level);

namespace ocrbatch::recognizer {
namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string reason() {
  try {
    throw;
  } catch (const c10::Error& error) {
    return first_line(error.what_without_backtrace());
  } catch (const std::exception& error) {
    return first_line(error.what());
  }
}

std::string name_of(const ProcessPlace& place) {
  return "process " + std::to_string(place.rank) + " of " + std::to_string(place.processes);
}

c10::intrusive_ptr<c10d::Backend> connect(const ProcessPlace& place) {
  const std::chrono::seconds timeout(place.timeout_s);
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(place.port);
  options.isServer = place.rank == 0;
  options.numWorkers = static_cast<std::size_t>(place.processes);
  options.timeout = timeout;
  const auto store = c10::make_intrusive<c10d::TCPStore>(place.address, options);
  // CUDA: here goes c10d::ProcessGroupNCCL over the same store, on the device place.local_rank, once networks
  // train on one.
  return c10::make_intrusive<c10d::ProcessGroupGloo>(
      store, place.rank, place.processes, c10d::ProcessGroupGloo::Options::create_default(timeout));
}

}  // namespace

struct ProcessGroup::Backend {
  c10::intrusive_ptr<c10d::Backend> c10d;
  ProcessPlace place;

  void wait(const std::function<c10::intrusive_ptr<c10d::Work>()>& start) const {
    try {
      start()->wait();
    } catch (const std::exception&) {
      throw PeerError(name_of(place) +
                      ": another process has ended or keeps silent (its own messages say why): " + reason());
    }
  }
  void reduce(at::Tensor& numbers, c10d::ReduceOp::RedOpType operation) const {
    std::vector<at::Tensor> tensors{numbers};
    wait([&] {
      c10d::AllreduceOptions options;
      options.reduceOp = operation;
      return c10d->allreduce(tensors, options);
    });
  }
};

ProcessGroup::ProcessGroup() = default;

ProcessGroup::ProcessGroup(const ProcessPlace& place) : place_(place) {
  if (place.processes == 1) return;
  // Its warnings about every attempt to connect would hide the one line that counts.
  FLAGS_caffe2_log_level = std::max(FLAGS_caffe2_log_level, static_cast<int>(c10::GLOG_FATAL));
  try {
    backend_ = std::make_unique<Backend>(Backend{connect(place), place});
  } catch (const std::exception&) {
    throw PeerError(name_of(place) + ": not all processes met at " + place.address + ":" +
                    std::to_string(place.port) + " within " + std::to_string(place.timeout_s) +
                    " s: " + reason());
  }
}

ProcessGroup::~ProcessGroup() = default;

void ProcessGroup::sum(at::Tensor& numbers) {
  if (backend_) backend_->reduce(numbers, c10d::ReduceOp::SUM);
}

void ProcessGroup::broadcast(at::Tensor& numbers) {
  if (!backend_) return;
  std::vector<at::Tensor> tensors{numbers};
  backend_->wait([&] { return backend_->c10d->broadcast(tensors); });
}

double ProcessGroup::sum(double number) {
  if (!backend_) return number;
  at::Tensor numbers = torch::tensor({number}, torch::kDouble);
  sum(numbers);
  return numbers.item<double>();
}

std::int64_t ProcessGroup::max(std::int64_t number) {
  if (!backend_) return number;
  at::Tensor numbers = torch::tensor({number}, torch::kLong);
  backend_->reduce(numbers, c10d::ReduceOp::MAX);
  return numbers.item<std::int64_t>();
}

std::int64_t ProcessGroup::of_first(std::int64_t number) {
  if (!backend_) return number;
  at::Tensor numbers = torch::tensor({number}, torch::kLong);
  broadcast(numbers);
  return numbers.item<std::int64_t>();
}

std::string ProcessGroup::of_first(const std::string& text) {
  if (!backend_) return text;
  std::string copy = text;
  copy.resize(static_cast<std::size_t>(of_first(static_cast<std::int64_t>(text.size()))));
  if (copy.empty()) return copy;
  at::Tensor bytes = torch::from_blob(copy.data(), {static_cast<std::int64_t>(copy.size())}, torch::kByte);
  broadcast(bytes);
  return copy;
}

}  // namespace ocrbatch::recognizer
