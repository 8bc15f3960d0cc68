#include "pipeline/merge.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "io/record_head.h"
#include "io/writers/output_file.h"
#include "pipeline/feeder.h"

namespace ocrbatch::pipeline {
namespace {

// Follows the pages of one document as they come.
class PageCheck {
 public:
  PageCheck(const std::vector<PageRange>& ranges, const io::RecordHead& first) {
    if (first.page_count) expected_ = select_pages(ranges, *first.page_count);
  }
  void see(const io::RecordHead& record) {
    const bool fits = record.page_number
                          ? next_ < expected_.size() && expected_[next_] == *record.page_number - 1
                          : expected_.empty() && next_ == 0;
    in_order_ = in_order_ && fits;
    ++next_;
  }
  bool complete() const { return in_order_ && next_ == std::max<std::size_t>(expected_.size(), 1); }

 private:
  std::vector<int> expected_;  // indices; empty for a document that failed
  std::size_t next_ = 0;
  bool in_order_ = true;
};

// Appends the documents of one shard.
void read_shard(const std::filesystem::path& file, std::size_t shard, const std::vector<PageRange>& ranges,
                std::vector<MergedDocument>& documents, std::uint64_t& records) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw MergeError(file.string() + ": cannot be read: " + std::strerror(errno));
  const std::size_t first = documents.size();
  std::optional<PageCheck> pages;
  std::uint64_t offset = 0, line_number = 0;
  for (std::string line; std::getline(stream, line);) {
    const std::string place = file.string() + ":" + std::to_string(++line_number) + ": ";
    if (stream.eof()) throw MergeError(place + "ends within a record: let that run finish first");
    const auto record = io::read_record_head(line);
    if (!record) throw MergeError(place + record.error().message);
    if (documents.size() == first || documents.back().document != record.value().document) {
      documents.push_back({.document = record.value().document, .shard = shard, .offset = offset});
      pages.emplace(ranges, record.value());
    }
    pages->see(record.value());
    documents.back().bytes += line.size() + 1;
    documents.back().complete = pages->complete();
    offset += line.size() + 1;
    ++records;
  }
  if (stream.bad()) throw MergeError(file.string() + ": cannot be read: " + std::strerror(errno));
}

// As folders are listed: by components, so that "a/z" comes before "a.pdf".
bool listed_before(const std::string& a, const std::string& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto rank = [](char c) { return c == '/' ? -1 : static_cast<int>(static_cast<unsigned char>(c)); };
    return rank(x) < rank(y);
  });
}

using Places = std::unordered_map<std::string_view, std::size_t>;

// Index of each document's first place; the others are reported.
Places find_places(const std::vector<MergedDocument>& documents, std::vector<std::string>& repeated) {
  Places places;
  for (std::size_t i = 0; i < documents.size(); ++i)
    if (!places.emplace(documents[i].document, i).second) repeated.push_back(documents[i].document);
  return places;
}

}  // namespace

MergePlan plan_merge(const std::vector<std::filesystem::path>& shards,
                     const std::optional<std::vector<InputFile>>& inputs,
                     const std::vector<PageRange>& pages) {
  MergePlan plan;
  std::vector<MergedDocument> found;
  for (std::size_t i = 0; i < shards.size(); ++i) read_shard(shards[i], i, pages, found, plan.records);

  Places places = find_places(found, plan.repeated);
  std::vector<std::size_t> order;
  if (inputs) {
    for (const InputFile& input : *inputs) {
      const auto place = places.find(input.document);
      if (place == places.end()) {
        plan.missing.push_back(input.document);
        continue;
      }
      order.push_back(place->second);
      places.erase(place);
    }
  }
  std::vector<std::size_t> rest;
  for (const auto& [document, place] : places) rest.push_back(place);
  std::ranges::sort(rest, [&](std::size_t a, std::size_t b) {
    return listed_before(found[a].document, found[b].document);
  });
  if (inputs)
    for (const std::size_t place : rest) plan.unlisted.push_back(found[place].document);
  order.insert(order.end(), rest.begin(), rest.end());

  for (const std::size_t place : order) {
    if (!found[place].complete) plan.incomplete.push_back(found[place].document);
    plan.documents.push_back(std::move(found[place]));
  }
  return plan;
}

void write_merged(const MergePlan& plan, const std::vector<std::filesystem::path>& shards,
                  const std::filesystem::path& out) {
  std::vector<std::ifstream> streams;
  for (const std::filesystem::path& shard : shards) streams.emplace_back(shard, std::ios::binary);
  io::OutputFile file(out);
  constexpr std::uint64_t kBlockBytes = 1 << 20;
  std::string block;
  for (const MergedDocument& document : plan.documents) {
    std::ifstream& stream = streams[document.shard];
    stream.seekg(static_cast<std::streamoff>(document.offset));
    for (std::uint64_t left = document.bytes; left > 0; left -= block.size()) {
      block.resize(std::min(left, kBlockBytes));
      if (!stream.read(block.data(), static_cast<std::streamsize>(block.size())))
        throw MergeError(shards[document.shard].string() + ": has changed while it was being merged");
      file.write(block);
    }
  }
  file.commit();
}

}  // namespace ocrbatch::pipeline
