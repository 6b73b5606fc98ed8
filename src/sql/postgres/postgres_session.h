// Opening a session with the settings every connection shares.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

#include "sql/database.h"

namespace sql {

struct ClosePostgres {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PostgresHandle = std::unique_ptr<PGconn, ClosePostgres>;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, ClearResult>;

enum class PostgresMode { kRead, kWrite };

/// Connects, once, in bounded time. Throws Error(kUnavailable) with what to do.
PostgresHandle open_session(const PostgresOptions& options, PostgresMode mode);

/// Creates the schema if it is missing and checks that the server can do what
/// we need (UTF-8, ICU collations). Throws Error(kUnavailable).
void prepare_database(PGconn* connection, const PostgresOptions& options);

/// As a literal in a statement. Throws Error(kValidation) for what is not UTF-8.
std::string quoted_text(PGconn* connection, const std::string& text);
/// As a name in a statement. Throws the same.
std::string quoted_name(PGconn* connection, const std::string& name);

/// Statements without parameters, outside pipeline mode.
PostgresResult run_simple(PGconn* connection, const std::string& sql);

}  // namespace sql
