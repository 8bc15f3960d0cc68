// Joins the outputs of several runs over parts of one input into the output of one run over all of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/file_copy.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// A shard that cannot be read, or holds what is no record: names file and line.
class MergeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The records of one document, which stand together in a shard.
struct MergedDocument {
  std::string document;
  std::size_t shard = 0;  // index of the file
  io::ByteRange range;
  bool complete = false;  // its pages are there, each once and in order, or the record that it failed
};

struct MergePlan {
  std::vector<MergedDocument> documents;  // in the order of the output
  std::vector<std::string> missing;       // inputs without a record, in input order
  std::vector<std::string> incomplete;    // documents that lack pages
  std::vector<std::string> repeated;      // documents that stand in more than one place; the first one counts
  std::vector<std::string> unlisted;      // documents that are no inputs (any more); they come last
  std::uint64_t records = 0;

  bool is_whole() const { return missing.empty() && incomplete.empty() && repeated.empty(); }
};

// Reads the heads of all records. With `inputs` the documents come in their order, as list_inputs() has it;
// without, ordered by name as one folder would be listed, and nothing can be missing. `pages`: those that the
// runs read, as in ScanOptions. Throws MergeError.
MergePlan plan_merge(const std::vector<std::filesystem::path>& shards,
                     const std::optional<std::vector<InputFile>>& inputs,
                     const std::vector<PageRange>& pages);

// Writes the documents of the plan to `out`, which appears whole. Throws io::OutputError, MergeError.
void write_merged(const MergePlan& plan, const std::vector<std::filesystem::path>& shards,
                  const std::filesystem::path& out);

}  // namespace ocrbatch::pipeline
