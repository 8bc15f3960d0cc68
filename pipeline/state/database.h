// SQLite with C++'s lifetimes. One connection, one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "io/writer.h"

struct sqlite3;
struct sqlite3_stmt;

namespace ocrbatch::pipeline {

// What SQLite says of its file: no space, no permission, a read error. Ends the run like any output that
// cannot be written.
class DatabaseError : public io::OutputError {
 public:
  using io::OutputError::OutputError;
};
class DatabaseBusy : public DatabaseError {  // another process holds it
 public:
  using DatabaseError::DatabaseError;
};
class DatabaseCorrupt : public DatabaseError {  // damaged, or no database at all
 public:
  using DatabaseError::DatabaseError;
};

// All functions throw the errors above.
class Database {
 public:
  // Opens or creates; an empty path is a database in memory.
  explicit Database(const std::filesystem::path& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const std::string& sql);  // one or several statements, results are dropped
  std::int64_t integer(const std::string& sql);
  std::string text(const std::string& sql);

  [[noreturn]] void fail(int code) const;
  sqlite3* handle() const { return handle_; }

 private:
  std::string name_;
  sqlite3* handle_ = nullptr;
};

// A prepared statement. bind() begins it anew; parameters and columns count from 0.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <class... Values>
  Statement& bind(const Values&... values) {
    reset();
    int index = 0;
    (bind_value(++index, values), ...);
    return *this;
  }
  bool step();  // true: there is a row
  void run() {  // to its end
    while (step()) {
    }
  }
  void reset();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;  // empty for NULL
  std::optional<std::int64_t> optional_integer(int column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
  }

 private:
  void bind_value(int index, std::int64_t value);
  void bind_value(int index, std::uint64_t value) { bind_value(index, static_cast<std::int64_t>(value)); }
  void bind_value(int index, int value) { bind_value(index, std::int64_t{value}); }
  void bind_value(int index, std::string_view text);
  void bind_value(int index, const std::string& text) { bind_value(index, std::string_view(text)); }
  void bind_value(int index, const char* text) { bind_value(index, std::string_view(text)); }
  void bind_value(int index, std::nullopt_t);
  template <class T>
  void bind_value(int index, const std::optional<T>& value) {
    value ? bind_value(index, *value) : bind_value(index, std::nullopt);
  }
  void check(int code) const;

  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

// Rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace ocrbatch::pipeline
