#include "pipeline/state/folder_files.h"

#include <set>

#include "io/owned_descriptor.h"
#include "io/record_reader.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;

// By the names that they had in the present output.
std::vector<fs::path> pruned_names(const std::string& suffix, const Order& order, StateFile& state) {
  std::vector<fs::path> names;
  if (order.pruned.empty()) return names;
  io::OutputNames present(suffix);
  const std::int64_t count = state.document_count();
  for (std::int64_t place = 0; place < count; ++place) present.add(state.at(place).name);
  std::set<fs::path> pruned;
  for (const std::int64_t place : order.pruned) pruned.insert(present.of(state.at(place).name));
  return {pruned.begin(), pruned.end()};
}

bool was_read_now(const OrderedDocument& ordered, const Plan& plan) {
  return ordered.file >= 0 && plan.documents[static_cast<std::size_t>(ordered.file)].action == Action::kRead;
}

}  // namespace

FolderFiles::FolderFiles(const FolderTarget& target, const Plan& plan, const Order& order, StateFile& state)
    : folder_(target.folder), names_(std::make_shared<io::OutputNames>(io::folder_suffix(target.format))) {
  for (const OrderedDocument& ordered : order.documents) names_->add(name_of(ordered, plan, state));
  pruned_ = pruned_names(io::folder_suffix(target.format), order, state);
  writer_ = io::make_folder_writer(target.format, target.folder, names_);
}

void FolderFiles::complete(const OutputPaths& paths, const Plan& plan, const Order& order, StateFile& state,
                           Journal& journal) {
  writer_->finish();
  std::error_code ignored;
  for (const fs::path& name : pruned_) fs::remove(folder_ / name, ignored);
  io::OwnedDescriptor output;
  for (const OrderedDocument& ordered : order.documents) {
    const auto records = records_of(ordered, plan, state);
    if (!records) continue;
    const fs::path file = folder_ / names_->of(records->document.name);
    if (!records->document.error_code.empty()) {
      if (records->in_journal) fs::remove(file, ignored);
      continue;
    }
    if (was_read_now(ordered, plan)) continue;
    // The run that had read them may have ended before it wrote their file.
    if (!records->in_journal && fs::exists(fs::symlink_status(file, ignored))) continue;
    if (!records->in_journal && output.get() < 0) output = io::open_to_read(paths.output);
    io::for_each_record(records->in_journal ? journal.file_descriptor() : output.get(), records->ranges,
                        (records->in_journal ? journal.file() : paths.output).string(),
                        [&](io::PageRecord&& record) { writer_->write(record); });
  }
  writer_->finish();
}

}  // namespace ocrbatch::pipeline
