#include "pipeline/state/state_file.h"

#include <algorithm>
#include <cmath>

#include "pipeline/state/rows.h"
#include "pipeline/state/schema.h"

namespace ocrbatch::pipeline {
namespace {

const std::string kSelectDocument =
    "SELECT place, name, size_bytes, mtime_ns, sha256, page_count, pages, settings, error_code, records, "
    "failed_pages, offset, bytes FROM document ";
std::optional<KnownDocument> document_at(Statement& row) {
  if (!row.step()) return std::nullopt;
  KnownDocument document{.place = row.integer(0),
                         .name = row.text(1),
                         .stamp = stamp_at(row, 2),
                         .sha256 = row.text(4),
                         .page_count = count_at(row, 5),
                         .pages = row.text(6),
                         .settings = row.text(7),
                         .error_code = row.text(8),
                         .records = static_cast<int>(row.integer(9)),
                         .failed_pages = static_cast<int>(row.integer(10)),
                         .range = range_at(row, 11)};
  row.reset();
  return document;
}

}  // namespace

struct StateFile::Statements {
  explicit Statements(Database& database)
      : find(database, kSelectDocument + "WHERE name = ?"),
        at(database, kSelectDocument + "WHERE place = ?"),
        any_size(database, "SELECT 1 FROM document WHERE size_bytes = ? OR size_bytes IS NULL LIMIT 1"),
        content(database, kSelectDocument +
                              "WHERE (size_bytes = ?1 OR size_bytes IS NULL) AND sha256 = ?2 "
                              "ORDER BY settings = ?3 DESC, place LIMIT 1"),
        failed(database, "SELECT page, code FROM failed_page WHERE place = ? ORDER BY page"),
        set_stamp(database, "UPDATE document SET size_bytes = ?2, mtime_ns = ?3 WHERE place = ?1"),
        add_next(database, "INSERT INTO next_document VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        add_next_failed(database, "INSERT INTO next_failed_page VALUES (?, ?, ?)"),
        fact(database, "SELECT value FROM fact WHERE key = ?"),
        set_fact(database, "INSERT OR REPLACE INTO fact VALUES (?, ?)") {}

  Statement find, at, any_size, content, failed, set_stamp, add_next, add_next_failed, fact, set_fact;
};

StateFile::StateFile(const std::filesystem::path& file) : database_(file) {
  database_.execute(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
      "PRAGMA cache_size = -32768; PRAGMA journal_mode = TRUNCATE;"
      "BEGIN EXCLUSIVE; COMMIT;");
  const std::int64_t application = database_.integer("PRAGMA application_id");
  const std::int64_t version = database_.integer("PRAGMA user_version");
  is_new_ = database_.integer("SELECT count(*) FROM sqlite_master") == 0;
  const auto refuse = [&](const std::string& why) {
    throw DatabaseError(file.string() + " " + why + ": name another one with --state, or move it away");
  };
  if (!is_new_ && application != kApplicationId) refuse("is a database of another program");
  if (version > kVersion) {
    refuse("was written by a newer ocrbatch (its version is " + std::to_string(version) +
           ", this one knows " + std::to_string(kVersion) + ")");
  }
  if (is_new_) {
    Transaction transaction(database_);
    database_.execute(kSchema);
    transaction.commit();
  } else if (const std::string found = database_.text("PRAGMA quick_check(1)"); found != "ok") {
    throw DatabaseCorrupt(file.string() + " is damaged: " + found);
  }
  statements_ = std::make_unique<Statements>(database_);
  journal_ = std::make_unique<JournalTable>(database_);
}

StateFile::~StateFile() {
  statements_.reset();
  journal_.reset();
  try {  // removes SQLite's own journal, which is empty
    database_.execute("PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = DELETE;");
  } catch (const DatabaseError&) {
    return;  // it stays, and does no harm
  }
}

std::optional<std::int64_t> StateFile::fact(const std::string& key) {
  Statement& fact = statements_->fact.bind(key);
  if (!fact.step()) return std::nullopt;
  const auto value = fact.optional_integer(0);
  fact.reset();
  return value;
}

std::optional<FileStamp> StateFile::stamp_fact(const std::string& key) {
  const auto size = fact(key + "_size_bytes"), mtime = fact(key + "_mtime_ns");
  if (!size || !mtime) return std::nullopt;
  return FileStamp{static_cast<std::uint64_t>(*size), *mtime};
}

void StateFile::set_stamp_fact(const std::string& key, const std::optional<FileStamp>& stamp) {
  statements_->set_fact.bind(key + "_size_bytes", size_of(stamp)).run();
  statements_->set_fact.bind(key + "_mtime_ns", mtime_of(stamp)).run();
}

std::optional<double> StateFile::thread_seconds_per_page(const std::string& machine) {
  const std::int64_t pages = fact("pages_read " + machine).value_or(0);
  if (pages <= 0) return std::nullopt;
  return static_cast<double>(fact("thread_ms " + machine).value_or(0)) / 1e3 / static_cast<double>(pages);
}

// A night's few pages move the rate little, a night of thousands sets it.
void StateFile::add_reading(const std::string& machine, std::uint64_t pages, double thread_seconds) {
  constexpr std::int64_t kPagesRemembered = 1000;
  const std::int64_t known = fact("pages_read " + machine).value_or(0);
  const std::int64_t kept = std::min(known, kPagesRemembered);
  const double kept_ms = kept > 0 ? static_cast<double>(fact("thread_ms " + machine).value_or(0)) *
                                        static_cast<double>(kept) / static_cast<double>(known)
                                  : 0;
  Transaction transaction(database_);
  statements_->set_fact.bind("pages_read " + machine, kept + static_cast<std::int64_t>(pages)).run();
  statements_->set_fact
      .bind("thread_ms " + machine, static_cast<std::int64_t>(std::llround(kept_ms + thread_seconds * 1e3)))
      .run();
  transaction.commit();
}

std::int64_t StateFile::document_count() {
  return database_.integer("SELECT count(*) FROM document");
}

std::optional<KnownDocument> StateFile::find(const std::string& name) {
  return document_at(statements_->find.bind(name));
}

KnownDocument StateFile::at(std::int64_t place) {
  auto document = document_at(statements_->at.bind(place));
  if (!document) throw DatabaseCorrupt("the state has no document " + std::to_string(place));
  return *std::move(document);
}

bool StateFile::knows_documents_in(const std::string& folder) {
  Statement row(database_, "SELECT 1 FROM document WHERE name > ? AND name < ? LIMIT 1");
  const std::string path = folder.ends_with('/') ? folder.substr(0, folder.size() - 1) : folder;
  return row.bind(path + "/", path + static_cast<char>('/' + 1)).step();
}

bool StateFile::may_know_content_of(std::uint64_t size_bytes) {
  Statement& row = statements_->any_size.bind(size_bytes);
  const bool found = row.step();
  row.reset();
  return found;
}

std::optional<KnownDocument> StateFile::find_content(std::uint64_t size_bytes, const std::string& sha256,
                                                     const std::string& settings) {
  return document_at(statements_->content.bind(size_bytes, sha256, settings));
}

std::vector<std::pair<std::int64_t, std::string>> StateFile::failed_documents() {
  std::vector<std::pair<std::int64_t, std::string>> documents;
  Statement row(database_, "SELECT place, name FROM document WHERE error_code != '' ORDER BY place");
  while (row.step()) documents.emplace_back(row.integer(0), row.text(1));
  return documents;
}

std::vector<FailedPage> StateFile::failed_pages(std::int64_t place) {
  std::vector<FailedPage> pages;
  Statement& row = statements_->failed.bind(place);
  while (row.step()) pages.push_back({static_cast<int>(row.integer(0)), row.text(1)});
  return pages;
}

void StateFile::set_stamp(std::int64_t place, const FileStamp& stamp) {
  statements_->set_stamp.bind(place, stamp.size_bytes, stamp.mtime_ns).run();
}

bool StateFile::ranges_fill(std::uint64_t output_bytes) {
  Statement row(database_, "SELECT place, offset, bytes FROM document ORDER BY place");
  std::uint64_t end = 0;
  for (std::int64_t place = 0; row.step(); ++place) {
    const io::ByteRange range = range_at(row, 1);
    if (row.integer(0) != place || range.offset != end || range.bytes == 0) return false;
    end = range.end();
  }
  return end == output_bytes;
}

void StateFile::clear_documents() {
  database_.execute("DELETE FROM document; DELETE FROM failed_page;");
}

void StateFile::add_next(const KnownDocument& d, const std::vector<FailedPage>& failed) {
  statements_->add_next
      .bind(d.place, d.name, size_of(d.stamp), mtime_of(d.stamp), null_if_empty(d.sha256), d.page_count,
            d.pages, d.settings, d.error_code, d.records, d.failed_pages, d.range.offset, d.range.bytes)
      .run();
  for (const FailedPage& page : failed)
    statements_->add_next_failed.bind(d.place, page.page, page.code).run();
}

void StateFile::exchange() {
  const auto stamp = next_stamp();
  statements_.reset();
  database_.execute(
      "DROP TABLE document; DROP TABLE failed_page;"
      "ALTER TABLE next_document RENAME TO document; ALTER TABLE next_failed_page RENAME TO failed_page;" +
      kContentIndex + kNextTables);
  statements_ = std::make_unique<Statements>(database_);
  set_output_stamp(stamp);
  set_stamp_fact("next", std::nullopt);
  journal_->clear();
}

void StateFile::drop_next() {
  database_.execute("DELETE FROM next_document; DELETE FROM next_failed_page;");
  set_stamp_fact("next", std::nullopt);
}

}  // namespace ocrbatch::pipeline
