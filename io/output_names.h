// Which file a document gets in an output folder.
#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace ocrbatch::io {

// The name of a document's file below the output folder: the document's own path, made to stay inside
// (absolute paths become relative, ".." becomes "__"), with the suffix appended, so that a.pdf and a.png do
// not collide. Components too long for a file system are cut and get a hash.
std::filesystem::path output_name(const std::string& document, const std::string& suffix);

// The names of all documents of an output. Different ones can map to one name (/a.pdf and a.pdf); the later
// one then gets a number, so names depend on the order in which documents are added.
class OutputNames {
 public:
  explicit OutputNames(std::string suffix) : suffix_(std::move(suffix)) {}

  void add(const std::string& document);
  std::filesystem::path of(const std::string& document) const;  // of one that was added

 private:
  const std::string suffix_;
  std::unordered_set<std::size_t> used_;
  std::unordered_map<std::string, std::filesystem::path> numbered_;
};

}  // namespace ocrbatch::io
