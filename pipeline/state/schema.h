// The tables of the state file.
#pragma once

#include <cstdint>
#include <string>

namespace ocrbatch::pipeline {

inline constexpr std::int64_t kApplicationId = 0x6F637262;  // "ocrb"
inline constexpr std::int64_t kVersion = 1;

inline const std::string kDocumentColumns =
    " (place INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size_bytes INTEGER, mtime_ns INTEGER, sha256 "
    "TEXT,"
    " page_count INTEGER, pages TEXT NOT NULL, settings TEXT NOT NULL, error_code TEXT NOT NULL,"
    " records INTEGER NOT NULL, failed_pages INTEGER NOT NULL, offset INTEGER NOT NULL, bytes INTEGER NOT "
    "NULL);";
inline const std::string kFailedColumns =
    " (place INTEGER NOT NULL, page INTEGER NOT NULL, code TEXT NOT NULL, PRIMARY KEY (place, page)) WITHOUT "
    "ROWID;";
inline const std::string kContentIndex = "CREATE INDEX document_content ON document (size_bytes, sha256);";
inline const std::string kNextTables = "CREATE TABLE next_document" + kDocumentColumns +  // see exchange()
                                       "CREATE TABLE next_failed_page" + kFailedColumns;
inline const std::string kJournalTables =
    "CREATE TABLE journal_document (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size_bytes INTEGER,"
    " mtime_ns INTEGER, sha256 TEXT, page_count INTEGER, settings TEXT NOT NULL, finished INTEGER NOT NULL);"
    "CREATE TABLE journal_page (document INTEGER NOT NULL, page INTEGER NOT NULL, code TEXT NOT NULL,"
    " offset INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (document, page)) WITHOUT ROWID;";
inline const std::string kSchema =
    "CREATE TABLE document" + kDocumentColumns + kContentIndex + "CREATE TABLE failed_page" + kFailedColumns +
    kNextTables + kJournalTables + "CREATE TABLE fact (key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;" +
    "PRAGMA application_id = " + std::to_string(kApplicationId) + ";" +
    "PRAGMA user_version = " + std::to_string(kVersion) + ";";

}  // namespace ocrbatch::pipeline
