#include "pipeline/state/records.h"

#include "pipeline/state/page_list.h"

namespace ocrbatch::pipeline {
namespace {

Records from_output(StateFile& state, std::int64_t place) {
  Records records;
  records.document = state.at(place);
  records.ranges = {records.document.range};
  if (records.document.failed_pages > 0) records.failed = state.failed_pages(place);
  return records;
}

std::optional<Records> from_journal(StateFile& state, const JournalDocument& journal) {
  Records records;
  records.in_journal = true;
  KnownDocument& document = records.document;
  document.name = journal.name;
  document.stamp = journal.stamp;
  document.sha256 = journal.sha256;
  document.page_count = journal.page_count;
  document.settings = journal.settings;
  const std::vector<JournalPage> pages = state.journal().pages(journal.id);
  if (pages.empty()) return std::nullopt;
  describe_pages(pages, document);
  for (const JournalPage& page : pages) {
    records.ranges.push_back(page.range);
    if (page.page != 0 && !page.code.empty()) records.failed.push_back({page.page, page.code});
  }
  return records;
}

}  // namespace

void describe_pages(const std::vector<JournalPage>& pages, KnownDocument& document) {
  document.records = static_cast<int>(pages.size());
  std::vector<int> numbers;
  for (const JournalPage& page : pages) {
    document.range.bytes += page.range.bytes;
    if (page.page == 0) {
      document.error_code = page.code;
    } else {
      numbers.push_back(page.page);
      if (!page.code.empty()) ++document.failed_pages;
    }
  }
  if (document.page_count) document.pages = page_list(numbers, *document.page_count);
}

std::optional<Records> records_of(const OrderedDocument& ordered, const Plan& plan, StateFile& state) {
  if (ordered.journal >= 0) return from_journal(state, state.journal().at(ordered.journal));
  if (ordered.place >= 0) return from_output(state, ordered.place);
  const InputFile& file = plan.files[static_cast<std::size_t>(ordered.file)];
  const PlannedDocument& planned = plan.documents[static_cast<std::size_t>(ordered.file)];
  if (planned.action == Action::kKeep) {
    Records records = from_output(state, planned.place);
    if (planned.stamp_is_new) records.document.stamp = file.stamp;
    return records;
  }
  const auto journal = state.journal().find(file.document);
  return journal ? from_journal(state, *journal) : std::nullopt;
}

std::string name_of(const OrderedDocument& ordered, const Plan& plan, StateFile& state) {
  if (ordered.file >= 0) return plan.files[static_cast<std::size_t>(ordered.file)].document;
  return ordered.place >= 0 ? state.at(ordered.place).name : state.journal().at(ordered.journal).name;
}

}  // namespace ocrbatch::pipeline
