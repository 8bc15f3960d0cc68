#include "recognizer/train/shared_state.h"

#include <torch/torch.h>

#include <boost/json.hpp>

namespace ocrbatch::recognizer {
namespace {

// Everything about the content but the tensors' numbers.
std::string outline(const TensorFile& content) {
  boost::json::value metadata = boost::json::value_from(content.metadata);
  boost::json::array tensors;
  for (const auto& [name, tensor] : content.tensors) {
    tensors.push_back({{"name", name},
                       {"type", static_cast<int>(tensor.scalar_type())},
                       {"shape", boost::json::value_from(tensor.sizes().vec())}});
  }
  return boost::json::serialize(
      boost::json::object{{"metadata", std::move(metadata)}, {"tensors", std::move(tensors)}});
}

TensorFile from_outline(const std::string& text) {
  const boost::json::value parsed = boost::json::parse(text);
  TensorFile content;
  for (const auto& [key, value] : parsed.at("metadata").as_object())
    content.metadata[std::string(key)] = value.as_string().c_str();
  for (const boost::json::value& tensor : parsed.at("tensors").as_array()) {
    const auto type = static_cast<torch::ScalarType>(tensor.at("type").to_number<int>());
    const auto shape = boost::json::value_to<std::vector<std::int64_t>>(tensor.at("shape"));
    content.tensors[tensor.at("name").as_string().c_str()] = torch::empty(shape, type);
  }
  return content;
}

}  // namespace

void broadcast(TensorFile& content, ProcessGroup& processes) {
  if (processes.size() == 1) return;
  const std::string text = processes.of_first(processes.is_first() ? outline(content) : std::string());
  if (!processes.is_first()) content = from_outline(text);
  for (auto& [name, tensor] : content.tensors) {
    tensor = tensor.contiguous();
    if (tensor.numel() > 0) processes.broadcast(tensor);
  }
}

}  // namespace ocrbatch::recognizer
