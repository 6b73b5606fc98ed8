// SQLite's result codes as errors.
#pragma once

#include <sqlite3.h>

#include "sql/failure.h"

namespace sql {

/// What the connection's last call failed with. The caller throws or keeps it.
DriverError sqlite_error(sqlite3* database, int code);

}  // namespace sql
