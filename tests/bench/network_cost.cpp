// What a line costs in a network, by its configuration: parameters, and the multiplications and additions of
// reading it (two operations each), counted as LibTorch calls its convolutions, matrix products and recurrent
// layers. Element-wise work and our own scan and depthwise convolution are not in it: a few per cent.
//
//   network_cost [--heights N] CONFIG.json...
//
// The line is N times as wide as it is high (12; print of some 40 characters).
#include <ATen/record_function.h>
#include <torch/torch.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "recognizer/model_config.h"
#include "recognizer/network.h"
#include "recognizer/strict_json.h"

namespace {

using namespace ocrbatch::recognizer;

double operations = 0;

double product(at::IntArrayRef sizes) {
  double result = 1;
  for (const std::int64_t size : sizes) result *= static_cast<double>(size);
  return result;
}

double convolution(const at::Tensor& image, const at::Tensor& weight, at::IntArrayRef stride,
                   at::IntArrayRef padding, at::IntArrayRef dilation) {
  double places = static_cast<double>(image.size(0));
  for (size_t d = 0; d < stride.size(); ++d) {
    const auto axis = static_cast<std::int64_t>(d) + 2;
    places *= static_cast<double>(
        (image.size(axis) + 2 * padding[d] - dilation[d] * (weight.size(axis) - 1) - 1) / stride[d] + 1);
  }
  return 2 * places * product(weight.sizes());
}

// Only functions that compute, not the ones that call them.
std::unique_ptr<at::ObserverContext> count(const at::RecordFunction& function) {
  const std::string name = function.name();
  const auto tensor = [&](size_t i) { return function.inputs()[i].toTensor(); };
  const auto sizes = [&](size_t i) { return function.inputs()[i].toIntVector(); };
  if (name == "aten::convolution") {
    operations += convolution(tensor(0), tensor(1), sizes(3), sizes(4), sizes(5));
  } else if (name == "aten::mm" || name == "aten::bmm") {
    operations += 2 * product(tensor(0).sizes()) * static_cast<double>(tensor(1).size(-1));
  } else if (name == "aten::addmm" || name == "aten::baddbmm") {
    operations += 2 * product(tensor(1).sizes()) * static_cast<double>(tensor(2).size(-1));
  } else if (name == "aten::mkldnn_rnn_layer") {
    const at::Tensor input = tensor(0);  // (T, batch, features)
    const double gates = product(tensor(1).sizes()) + product(tensor(2).sizes());
    operations += 2 * static_cast<double>(input.size(0) * input.size(1)) * gates;
  }
  return nullptr;
}

void print_cost(const std::filesystem::path& file, int heights) {
  const boost::json::value json = parse_json_file(file);
  const boost::json::value* const model = json.as_object().if_contains("model");
  if (model == nullptr) throw std::invalid_argument(file.string() + ": has no model");
  const ModelConfig config = read_model_config(*model, file.parent_path());
  const auto network = build_network(config);
  network->eval();
  std::int64_t parameters = 0;
  for (const at::Tensor& parameter : network->parameters()) parameters += parameter.numel();

  const torch::InferenceMode no_gradients;
  const int height = config.img_height, width = heights * height;
  const at::Tensor image = torch::zeros({1, 1, height, width});
  const at::Tensor widths = torch::full({1}, width, torch::kInt32);
  operations = 0;
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback(count).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  network->read(network->forward(image, widths), widths, {});
  at::removeCallback(handle);
  std::printf("%-28s %4d x %-5d %8.2f M parameters %8.2f GFLOP a line\n", file.stem().c_str(), height, width,
              1e-6 * static_cast<double>(parameters), 1e-9 * operations);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) throw std::invalid_argument("usage: network_cost [--heights N] CONFIG.json...");
  int heights = 12;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--heights" && i + 1 < argc)
      heights = std::max(1, std::atoi(argv[++i]));
    else
      print_cost(argument, heights);
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
