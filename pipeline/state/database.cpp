#include "pipeline/state/database.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace ocrbatch::pipeline {

Database::Database(const std::filesystem::path& file)
    : name_(file.empty() ? "the state in memory" : file.string()) {
  const std::string path = file.empty() ? ":memory:" : std::filesystem::absolute(file).string();
  const int code =
      sqlite3_open_v2(path.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  if (code == SQLITE_OK) return;
  const int reason = handle_ != nullptr ? sqlite3_system_errno(handle_) : ENOMEM;
  sqlite3_close(handle_);
  throw DatabaseError("cannot write " + name_ + ": " + std::strerror(reason));
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

void Database::fail(int code) const {
  const int reason = sqlite3_system_errno(handle_);
  const std::string what = sqlite3_errmsg(handle_);
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw DatabaseBusy(name_ + " is in use by another process");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw DatabaseCorrupt(name_ + " is damaged: " + what);
    case SQLITE_FULL:
      throw DatabaseError("cannot write " + name_ + ": " + std::strerror(ENOSPC));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      throw DatabaseError("cannot write " + name_ + ": " + (reason != 0 ? std::strerror(reason) : what));
    default:
      throw DatabaseError("cannot write " + name_ + ": " + what);
  }
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::integer(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.text(0) : "";
}

Statement::Statement(Database& database, const std::string& sql) : database_(database) {
  check(sqlite3_prepare_v3(database.handle(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr));
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) database_.fail(code);
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  sqlite3_reset(handle_);  // gives its locks back; the error of a failed step stays with the connection
  if (code != SQLITE_DONE) database_.fail(code);
  return false;
}

void Statement::reset() {
  sqlite3_reset(handle_);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_, column);
}

std::string Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  return bytes == nullptr ? std::string() : std::string(bytes, sqlite3_column_bytes(handle_, column));
}

void Statement::bind_value(int index, std::int64_t value) {
  check(sqlite3_bind_int64(handle_, index, value));
}

void Statement::bind_value(int index, std::string_view text) {
  // A null pointer would be NULL.
  const char* bytes = text.empty() ? "" : text.data();
  check(sqlite3_bind_text64(handle_, index, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind_value(int index, std::nullopt_t) {
  check(sqlite3_bind_null(handle_, index));
}

Transaction::~Transaction() {
  // Some errors have rolled it back already; then there is nothing to do.
  if (open_ && sqlite3_get_autocommit(database_.handle()) == 0)
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace ocrbatch::pipeline
