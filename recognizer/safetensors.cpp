#include "recognizer/safetensors.h"

#include <boost/json.hpp>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "recognizer/whole_file.h"

namespace ocrbatch::recognizer {
namespace {

struct DtypeName {
  const char* name;
  torch::ScalarType type;
};
constexpr DtypeName kDtypes[] = {{"F32", torch::kFloat},  {"F16", torch::kHalf}, {"BF16", torch::kBFloat16},
                                 {"F64", torch::kDouble}, {"I64", torch::kLong}, {"I32", torch::kInt},
                                 {"U8", torch::kByte}};

// A header larger than this is not a model's but a damaged length field.
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

torch::Tensor read_tensor(const std::string& name, const boost::json::object& entry,
                          const std::string& data) {
  const std::string dtype(entry.at("dtype").as_string());
  const DtypeName* known = nullptr;
  for (const DtypeName& candidate : kDtypes) {
    if (dtype == candidate.name) known = &candidate;
  }
  if (known == nullptr) throw std::runtime_error("tensor " + name + " has the unknown dtype " + dtype);
  std::vector<int64_t> shape;
  std::uint64_t bytes = c10::elementSize(known->type);
  for (const auto& size : entry.at("shape").as_array()) {
    shape.push_back(size.to_number<int64_t>());
    if (shape.back() < 0 ||
        (shape.back() > 0 && bytes > data.size() / static_cast<std::uint64_t>(shape.back()))) {
      throw std::runtime_error("tensor " + name + " is larger than the file");
    }
    bytes *= static_cast<std::uint64_t>(shape.back());
  }
  const auto& offsets = entry.at("data_offsets").as_array();
  const auto begin = offsets.at(0).to_number<std::uint64_t>(), end = offsets.at(1).to_number<std::uint64_t>();
  if (begin > end || end > data.size() || end - begin != bytes) {
    throw std::runtime_error("tensor " + name + " does not fit its place in the file (truncated?)");
  }
  torch::Tensor tensor = torch::empty(shape, known->type);
  if (bytes > 0) std::memcpy(tensor.mutable_data_ptr(), data.data() + begin, bytes);
  return tensor;
}

}  // namespace

TensorFile read_safetensors(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
  const std::uint64_t file_bytes = std::filesystem::file_size(file);
  try {
    std::uint64_t header_bytes = 0;
    stream.read(reinterpret_cast<char*>(&header_bytes), sizeof header_bytes);
    if (!stream || header_bytes > kMaxHeaderBytes || header_bytes + 8 > file_bytes) {
      throw std::runtime_error("not a safetensors file, or truncated");
    }
    std::string header(header_bytes, '\0'), data(file_bytes - 8 - header_bytes, '\0');
    stream.read(header.data(), static_cast<std::streamsize>(header.size()));
    stream.read(data.data(), static_cast<std::streamsize>(data.size()));
    if (!stream) throw std::runtime_error("truncated");
    TensorFile content;
    const boost::json::value parsed = boost::json::parse(header);
    for (const auto& member : parsed.as_object()) {
      const std::string name(member.key());
      if (name == "__metadata__") {
        for (const auto& pair : member.value().as_object()) {
          content.metadata.emplace(pair.key(), std::string(pair.value().as_string()));
        }
      } else {
        content.tensors.emplace(name, read_tensor(name, member.value().as_object(), data));
      }
    }
    return content;
  } catch (const std::exception& error) {
    throw std::runtime_error(file.string() + ": " + error.what());
  }
}

void write_safetensors(const std::filesystem::path& file, const TensorFile& content) {
  boost::json::object header;
  if (!content.metadata.empty()) {
    boost::json::object& metadata = header["__metadata__"].emplace_object();
    for (const auto& [key, value] : content.metadata) metadata[key] = value;
  }
  std::vector<torch::Tensor> tensors;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : content.tensors) {
    tensors.push_back(tensor.detach().to(torch::kCPU).contiguous());
    const char* dtype = nullptr;
    for (const DtypeName& known : kDtypes) {
      if (known.type == tensor.scalar_type()) dtype = known.name;
    }
    if (dtype == nullptr) throw std::runtime_error("tensor " + name + ": safetensors has no such dtype");
    const std::uint64_t end = offset + tensors.back().nbytes();
    boost::json::array shape;
    for (const int64_t size : tensor.sizes()) shape.push_back(size);
    header[name] = {{"dtype", dtype}, {"shape", std::move(shape)}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = boost::json::serialize(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');

  write_whole_file(file, [&](std::ostream& stream) {
    const std::uint64_t header_bytes = text.size();
    stream.write(reinterpret_cast<const char*>(&header_bytes), sizeof header_bytes);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    for (const torch::Tensor& tensor : tensors) {
      stream.write(static_cast<const char*>(tensor.const_data_ptr()),
                   static_cast<std::streamsize>(tensor.nbytes()));
    }
  });
}

}  // namespace ocrbatch::recognizer
