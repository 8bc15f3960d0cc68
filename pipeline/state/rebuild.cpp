#include "pipeline/state/rebuild.h"

#include <functional>
#include <utility>

#include "io/line_reader.h"
#include "io/record_reader.h"
#include "pipeline/state/records.h"
#include "pipeline/state/rows.h"

namespace ocrbatch::pipeline {
namespace {

// Records of one document that stand one behind the other.
struct Group {
  std::string name, sha256, settings;
  std::optional<int> page_count;
  std::vector<JournalPage> pages;
};

// Whether the record goes on with the document: a page after the last one, of the same file.
bool continues(const Group& group, const io::PageRecord& record) {
  if (group.pages.empty() || group.name != record.document || !record.page_number) return false;
  const std::string& sha256 = record.provenance.sha256;
  return group.page_count == record.page_count && group.pages.back().page < *record.page_number &&
         (sha256.empty() || group.sha256.empty() || sha256 == group.sha256);
}

void add(Group& group, const io::PageRecord& record, io::ByteRange place) {
  if (group.pages.empty()) {
    group.name = record.document;
    group.page_count = record.page_count;
  }
  if (!record.error) {
    group.sha256 = record.provenance.sha256;
    group.settings = settings_of(record);
  }
  group.pages.push_back({.page = record.page_number.value_or(0),
                         .code = record.error ? io::error_code_name(record.error->code) : "",
                         .range = place});
}

// Calls `keep` with each group. `stop_at_damage`: ends before the first line that is no record.
Rebuilt read_groups(int file, std::uint64_t bytes, const std::string& name, bool stop_at_damage,
                    const std::function<void(const Group&)>& keep) {
  io::LineReader lines(file, {0, bytes}, name);
  Rebuilt result;
  Group group;
  const auto flush = [&] {
    if (!group.pages.empty()) keep(group);
    group = {};
  };
  for (std::string_view line; lines.next(line);) {
    const auto record = io::read_record(line);
    if (!record && stop_at_damage) break;
    if (!record) {
      ++result.lines_left_out;
      flush();  // what stands on both sides of it does not stand together
      continue;
    }
    if (!continues(group, *record)) flush();
    add(group, *record, lines.place());
    result.bytes = lines.place().end();
  }
  flush();
  return result;
}

KnownDocument known_document(const Group& group, std::int64_t place) {
  KnownDocument document;
  document.place = place;
  document.name = group.name;
  document.sha256 = group.sha256;
  document.page_count = group.page_count;
  document.settings = group.settings;
  document.range.offset = group.pages.front().range.offset;
  describe_pages(group.pages, document);
  return document;
}

}  // namespace

std::string settings_of(const io::PageRecord& record) {
  if (record.error) return {};
  return record.provenance.settings + (record.timing ? "+timings" : "");
}

Rebuilt rebuild_documents(StateFile& state, int output, std::uint64_t bytes, const std::string& name) {
  state.clear_documents();
  Statement drop(state.database(), "DELETE FROM document WHERE name = ?");
  Statement add(state.database(),
                "INSERT INTO document VALUES (?, ?, NULL, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  Statement add_failed(state.database(), "INSERT OR REPLACE INTO failed_page VALUES (?, ?, ?)");
  std::int64_t place = 0, repeated = 0;
  Rebuilt result = read_groups(output, bytes, name, /*stop_at_damage=*/false, [&](const Group& group) {
    if (const auto earlier = state.find(group.name)) {  // the later records are what somebody has added
      repeated += earlier->records;
      drop.bind(group.name).run();
    }
    const KnownDocument d = known_document(group, place++);
    add.bind(d.place, d.name, null_if_empty(d.sha256), d.page_count, d.pages, d.settings, d.error_code,
             d.records, d.failed_pages, d.range.offset, d.range.bytes)
        .run();
    for (const JournalPage& page : group.pages)
      if (page.page != 0 && !page.code.empty()) add_failed.bind(d.place, page.page, page.code).run();
  });
  result.lines_left_out += repeated;
  result.documents = state.document_count();
  if (result.documents != place) {
    // Places have no gaps.
    state.database().execute(
        "CREATE TEMP TABLE moved (old INTEGER PRIMARY KEY, new INTEGER);"
        "INSERT INTO moved SELECT place, row_number() OVER (ORDER BY place) - 1 FROM document;"
        "UPDATE document SET place = -1 - (SELECT new FROM moved WHERE old = place);"
        "DELETE FROM failed_page WHERE place NOT IN (SELECT old FROM moved);"
        "UPDATE failed_page SET place = -1 - (SELECT new FROM moved WHERE old = place);"
        "UPDATE document SET place = -1 - place; UPDATE failed_page SET place = -1 - place; DROP TABLE "
        "moved;");
  }
  return result;
}

Rebuilt rebuild_journal(StateFile& state, int journal, std::uint64_t bytes, const std::string& name) {
  state.journal().clear();
  std::int64_t id = 0;
  Rebuilt result = read_groups(journal, bytes, name, /*stop_at_damage=*/true, [&](const Group& group) {
    if (const auto earlier = state.journal().find(group.name)) state.journal().drop(earlier->id);
    const bool whole = !group.page_count || group.pages.size() == static_cast<std::size_t>(*group.page_count);
    state.journal().put({.id = ++id,
                         .name = group.name,
                         .stamp = {},
                         .sha256 = group.sha256,
                         .page_count = group.page_count,
                         .settings = group.settings,
                         .finished = whole});
    for (const JournalPage& page : group.pages) state.journal().put(id, page);
  });
  state.journal().set_bytes(result.bytes);
  result.documents = static_cast<std::int64_t>(state.journal().all().size());
  return result;
}

}  // namespace ocrbatch::pipeline
