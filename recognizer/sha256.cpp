#include "recognizer/sha256.h"

#include <openssl/evp.h>

#include <fstream>
#include <stdexcept>

namespace ocrbatch::recognizer {

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(context_, EVP_sha256(), nullptr);
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(context_);
}

void Sha256::add(const void* data, std::size_t bytes) {
  EVP_DigestUpdate(context_, data, bytes);
}

Sha256::Digest Sha256::finish() {
  Digest digest{};
  EVP_DigestFinal_ex(context_, digest.data(), nullptr);
  return digest;
}

std::string sha256_of_file(const std::filesystem::path& file) {
  Sha256 sha;
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 1 << 16> buffer{};
  while (stream.read(buffer.data(), buffer.size()) || stream.gcount() > 0)
    sha.add(buffer.data(), static_cast<std::size_t>(stream.gcount()));
  if (!stream.eof()) throw std::runtime_error(file.string() + ": cannot be read");
  std::string hex;
  for (const unsigned char byte : sha.finish()) {
    constexpr const char* kDigits = "0123456789abcdef";
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace ocrbatch::recognizer
