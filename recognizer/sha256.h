// SHA-256 of files and of bytes as they come.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>

struct evp_md_ctx_st;

namespace ocrbatch::recognizer {

class Sha256 {
 public:
  using Digest = std::array<unsigned char, 32>;

  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(const void* data, std::size_t bytes);
  Digest finish();  // once

 private:
  evp_md_ctx_st* context_;
};

// In lower-case hex. Throws std::runtime_error naming a file that cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace ocrbatch::recognizer
