#include "pipeline/merge.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "io/line_reader.h"
#include "io/owned_descriptor.h"
#include "io/record_reader.h"
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

io::OwnedDescriptor open_shard(const std::filesystem::path& file) {
  try {
    return io::open_to_read(file);
  } catch (const io::OutputError& error) {  // here it is an input
    throw MergeError(error.what());
  }
}

// Appends the documents of one shard.
void read_shard(const std::filesystem::path& file, std::size_t shard, const std::vector<PageRange>& ranges,
                std::vector<MergedDocument>& documents, std::uint64_t& records) {
  const io::OwnedDescriptor descriptor = open_shard(file);
  const std::uint64_t bytes = std::filesystem::file_size(file);
  io::LineReader lines(descriptor.get(), {0, bytes}, file.string());
  const std::size_t first = documents.size();
  std::optional<PageCheck> pages;
  std::uint64_t line_number = 0;
  const auto place = [&] { return file.string() + ":" + std::to_string(line_number) + ": "; };
  for (std::string_view line; lines.next(line);) {
    ++line_number;
    const auto record = io::read_record_head(line);
    if (!record) throw MergeError(place() + "is no record of this version of ocrbatch");
    if (documents.size() == first || documents.back().document != record->document) {
      documents.push_back({.document = record->document, .shard = shard, .range = {lines.place().offset, 0}});
      pages.emplace(ranges, *record);
    }
    pages->see(*record);
    documents.back().range.bytes += lines.place().bytes;
    documents.back().complete = pages->complete();
    ++records;
  }
  ++line_number;
  if (lines.place().end() != bytes)
    throw MergeError(place() + "ends within a record: let that run finish first");
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
  std::vector<io::OwnedDescriptor> sources;
  for (const std::filesystem::path& shard : shards) sources.push_back(open_shard(shard));
  io::OutputFile file(out);
  for (const MergedDocument& document : plan.documents)
    io::copy_range(sources[document.shard].get(), document.range, file.descriptor(), out.string());
  file.commit();
}

}  // namespace ocrbatch::pipeline
