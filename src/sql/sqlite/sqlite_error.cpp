#include "sql/sqlite/sqlite_error.h"

namespace sql {
namespace {

DriverError unavailable(std::string message) {
  return {Failure::kStatement, base::code::kUnavailable, std::move(message)};
}

}  // namespace

DriverError sqlite_error(sqlite3* database, int code) {
  const char* message = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {Failure::kStatement, base::code::kConflict,
              fmt::format("Such a row exists already ({}).", message)};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
    case SQLITE_CONSTRAINT_TRIGGER:  // `on delete restrict`
      return {Failure::kStatement, base::code::kConflict,
              "A row that is referred to is missing, or still referred to."};
    case SQLITE_CONSTRAINT_FUNCTION:
      return {Failure::kStatement, base::code::kValidation, message};
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return unavailable(
          "The disk with the database is full. Nothing was changed; free some space and try again.");
    case SQLITE_IOERR:
      return unavailable(
          fmt::format("The database file could not be read or written ({}). Check the disk and its free "
                      "space, then try again.",
                      message));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return unavailable("The database is busy. Try again.");
    case SQLITE_INTERRUPT:
      return unavailable("The query took too long and was stopped. Ask for less, or try again.");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return unavailable(fmt::format(
          "The database file cannot be opened or written ({}). Check that its folder exists and is writable.",
          message));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Failure::kStatement, base::code::kInternal,
              fmt::format("The database file is damaged or is no database ({}). Restore it from a backup.",
                          message)};
    default:
      return {Failure::kStatement, base::code::kInternal, fmt::format("SQLite: {}.", message)};
  }
}

}  // namespace sql
