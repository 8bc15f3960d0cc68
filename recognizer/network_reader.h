// A network that reads lines where it was put: on the CPU or on a device.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "recognizer/device_clock.h"
#include "recognizer/network.h"

namespace ocrbatch::recognizer {

class NetworkReader {
 public:
  virtual ~NetworkReader() = default;

  // See Recognizer, whose functions these are.
  virtual int width_bucket(int width_px) const = 0;
  virtual int batch_size(int bucket_px) const = 0;

  // What each of the lines says: CV_8UC1 images of one height and one bucket, at least one. `busy` may be
  // null. Thread-safe.
  virtual std::vector<std::vector<ReadLabel>> read(std::span<const cv::Mat> lines, const Decoding& decoding,
                                                   DeviceClock* busy) const = 0;
};

// On the calling thread.
std::unique_ptr<NetworkReader> read_on_cpu(std::shared_ptr<LineNetwork> network, int height_px);

// On a device, for which the calling thread waits; at most kBatchesADevice of them have it at once, and the
// others wait. Batches larger than the device has memory for are read in parts. Throws DeviceError where the
// device cannot compute the network; read() does, when it fails later on.
std::unique_ptr<NetworkReader> read_on_device(std::shared_ptr<LineNetwork> network, int height_px,
                                              torch::Device device);

}  // namespace ocrbatch::recognizer
