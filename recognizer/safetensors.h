// The safetensors file format (github.com/huggingface/safetensors): an 8-byte little-endian header length, a
// JSON header, then the tensors' bytes. Nothing in such a file is ever executed.
#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace ocrbatch::recognizer {

struct TensorFile {
  std::map<std::string, torch::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// Reads float32, float16, bfloat16, float64, int64, int32 and uint8 tensors. Throws std::runtime_error naming
// the file and what is wrong with it; sizes are checked against the file's before anything is allocated.
TensorFile read_safetensors(const std::filesystem::path& file);

// Writes beside `file` under a temporary name, syncs, then renames: the file appears whole or not at all.
void write_safetensors(const std::filesystem::path& file, const TensorFile& content);

}  // namespace ocrbatch::recognizer
