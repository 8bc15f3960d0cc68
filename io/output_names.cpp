#include "io/output_names.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace ocrbatch::io {
namespace {

constexpr std::size_t kMaxNameBytes = 255;  // of one component, on every usual file system

// Cut to fit, told apart by a hash of the whole (FNV-1a: the same in every run and build).
std::string fit_name(const std::string& name, std::size_t max_bytes) {
  if (name.size() <= max_bytes) return name;
  std::uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char c : name) hash = (hash ^ c) * 0x100000001b3;
  std::string tail = "~";
  for (int shift = 60; shift >= 0; shift -= 4) tail += "0123456789abcdef"[hash >> shift & 15];
  std::size_t keep = max_bytes - tail.size();
  while (keep > 0 && (static_cast<unsigned char>(name[keep]) & 0xC0) == 0x80)
    --keep;  // not inside a character
  return name.substr(0, keep) + tail;
}

}  // namespace

std::filesystem::path output_name(const std::string& document, const std::string& suffix) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= document.size();) {
    const std::size_t end = std::min(document.find('/', start), document.size());
    const std::string part = document.substr(start, end - start);
    start = end + 1;
    if (part.empty() || part == ".") continue;
    parts.push_back(part == ".." ? "__" : part);
  }
  if (parts.empty()) parts.push_back("document");
  std::filesystem::path name;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    name /= fit_name(parts[i], kMaxNameBytes - (last ? suffix.size() : 0)) + (last ? suffix : "");
  }
  return name;
}

void OutputNames::add(const std::string& document) {
  // Hashes only, as there may be millions: at worst a name gets a number without need.
  const std::hash<std::string> hash;
  if (used_.insert(hash(output_name(document, suffix_).string())).second) return;
  for (int n = 2;; ++n) {
    std::filesystem::path name = output_name(document, '~' + std::to_string(n) + suffix_);
    if (!used_.insert(hash(name.string())).second) continue;
    numbered_.insert_or_assign(document, std::move(name));
    return;
  }
}

std::filesystem::path OutputNames::of(const std::string& document) const {
  const auto numbered = numbered_.find(document);
  return numbered == numbered_.end() ? output_name(document, suffix_) : numbered->second;
}

}  // namespace ocrbatch::io
