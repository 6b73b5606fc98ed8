// Work that the processes of one database must not do at the same time.
#pragma once

#include "sql/database.h"

namespace sql {

/// Also the key of PostgreSQL's lock, so the numbers stay as they are.
enum class Alone : std::int64_t {
  kMigration = 7'245'103,
  kProvisioning = 7'245'104,
};

/// Waits until no other process does this work on the same PostgreSQL database, and keeps them waiting until
/// the body's transaction has ended. At the body's beginning: what it reads later is then what they wrote.
/// Nothing on SQLite, which belongs to one process.
void lock(Writer& writer, Alone work);

/// For PostgreSQL, as a statement before others of one batch: no two transactions are beyond it with the same
/// text at the same time, and the later one's next statement sees what the earlier one committed.
Query lock_statement(std::string text);

}  // namespace sql
