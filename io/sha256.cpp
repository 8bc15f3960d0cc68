#include "io/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace ocrbatch::io {
namespace {

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
      throw std::runtime_error("libcrypto offers no SHA-256");
  }

  void add(const void* bytes, std::size_t count) { EVP_DigestUpdate(context_.get(), bytes, count); }

  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> value;
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), value.data(), &size);
    std::string text;
    text.reserve(2 * size);
    for (unsigned i = 0; i < size; ++i) {
      text += "0123456789abcdef"[value[i] >> 4];
      text += "0123456789abcdef"[value[i] & 15];
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

Error file_error() {
  const int number = errno;
  return {number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnreadable,
          "cannot read the file: " + std::generic_category().message(number)};
}

}  // namespace

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) return file_error();
  Digest digest;
  std::vector<unsigned char> block(1 << 17);
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get()))
    digest.add(block.data(), count);
  if (std::ferror(file.get()) != 0) return file_error();
  return digest.hex();
}

std::string sha256_of(std::string_view bytes) {
  Digest digest;
  digest.add(bytes.data(), bytes.size());
  return digest.hex();
}

}  // namespace ocrbatch::io
