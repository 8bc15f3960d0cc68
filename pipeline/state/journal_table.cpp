#include "pipeline/state/journal_table.h"

#include "pipeline/state/rows.h"

namespace ocrbatch::pipeline {
namespace {

const std::string kSelectJournal =
    "SELECT id, name, size_bytes, mtime_ns, sha256, page_count, settings, finished FROM journal_document ";

JournalDocument journal_at(const Statement& row) {
  return {.id = row.integer(0),
          .name = row.text(1),
          .stamp = stamp_at(row, 2),
          .sha256 = row.text(4),
          .page_count = count_at(row, 5),
          .settings = row.text(6),
          .finished = row.integer(7) != 0};
}

}  // namespace

JournalTable::JournalTable(Database& database)
    : database_(database),
      find_(database, kSelectJournal + "WHERE name = ?"),
      at_(database, kSelectJournal + "WHERE id = ?"),
      all_(database, kSelectJournal + "ORDER BY id"),
      pages_(database, "SELECT page, code, offset, bytes FROM journal_page WHERE document = ? ORDER BY page"),
      put_document_(database, "INSERT OR REPLACE INTO journal_document VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      put_page_(database, "INSERT OR REPLACE INTO journal_page VALUES (?, ?, ?, ?, ?)"),
      drop_document_(database, "DELETE FROM journal_document WHERE id = ?"),
      drop_pages_(database, "DELETE FROM journal_page WHERE document = ?"),
      set_bytes_(database, "INSERT OR REPLACE INTO fact VALUES ('journal_bytes', ?)") {}

std::uint64_t JournalTable::bytes() {
  return static_cast<std::uint64_t>(database_.integer("SELECT value FROM fact WHERE key = 'journal_bytes'"));
}

void JournalTable::set_bytes(std::uint64_t bytes) {
  set_bytes_.bind(bytes).run();
}

std::optional<JournalDocument> JournalTable::find(const std::string& name) {
  Statement& row = find_.bind(name);
  if (!row.step()) return std::nullopt;
  JournalDocument document = journal_at(row);
  row.reset();
  return document;
}

JournalDocument JournalTable::at(std::int64_t id) {
  Statement& row = at_.bind(id);
  if (!row.step())
    throw DatabaseCorrupt("the state has no document " + std::to_string(id) + " in its journal");
  JournalDocument document = journal_at(row);
  row.reset();
  return document;
}

std::vector<JournalDocument> JournalTable::all() {
  std::vector<JournalDocument> documents;
  Statement& row = all_.bind();
  while (row.step()) documents.push_back(journal_at(row));
  return documents;
}

std::vector<JournalPage> JournalTable::pages(std::int64_t id) {
  std::vector<JournalPage> pages;
  Statement& row = pages_.bind(id);
  while (row.step()) pages.push_back({static_cast<int>(row.integer(0)), row.text(1), range_at(row, 2)});
  return pages;
}

void JournalTable::put(const JournalDocument& d) {
  put_document_
      .bind(d.id, d.name, size_of(d.stamp), mtime_of(d.stamp), null_if_empty(d.sha256), d.page_count,
            d.settings, d.finished ? 1 : 0)
      .run();
}

void JournalTable::put(std::int64_t id, const JournalPage& page) {
  put_page_.bind(id, page.page, page.code, page.range.offset, page.range.bytes).run();
}

void JournalTable::drop(std::int64_t id) {
  drop_document_.bind(id).run();
  drop_pages_.bind(id).run();
}

std::int64_t JournalTable::next_id() {
  return database_.integer("SELECT coalesce(max(id), 0) + 1 FROM journal_document");
}

void JournalTable::clear() {
  database_.execute("DELETE FROM journal_document; DELETE FROM journal_page;");
  set_bytes(0);
}

}  // namespace ocrbatch::pipeline
