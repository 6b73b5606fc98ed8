#include "sql/postgres/postgres_session.h"

#include "sql/postgres/postgres_error.h"

namespace sql {
namespace {

using base::Error;

void ignore_notice(void*, const PGresult*) {}

std::string taken(char* quoted, const std::string& original) {
  if (quoted == nullptr) throw Error(base::code::kValidation, "'{}' is not valid UTF-8.", original);
  std::string text = quoted;
  PQfreemem(quoted);
  return text;
}

bool exists(PGconn* connection, const char* sql, const std::string& name) {
  const char* const parameters[] = {name.c_str()};
  const PostgresResult result(PQexecParams(connection, sql, 1, nullptr, parameters, nullptr, nullptr, 0));
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) throw postgres_error(result.get());
  return PQntuples(result.get()) > 0;
}

/// jit: compiling costs more than our statements take. The time-outs bound how
/// long a lock or a snapshot is held by a process that hangs. Writers look at few
/// rows, by key: what a young table is taken for, without statistics, has them
/// read whole tables for each, and planning costs more than they do.
std::string settings(PGconn* connection, const PostgresOptions& options, PostgresMode mode) {
  std::string sql = fmt::format(
      "set statement_timeout = {}; set idle_in_transaction_session_timeout = 60000; set jit = off;"
      "set timezone = 'UTC'; set default_transaction_isolation = 'read committed';"
      "set default_transaction_read_only = {};",
      options.statement_timeout.count(), mode == PostgresMode::kRead ? "on" : "off");
  if (mode == PostgresMode::kWrite) {
    sql +=
        "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;"
        "set plan_cache_mode = force_generic_plan;";
  }
  if (!options.schema.empty()) sql += "set search_path = " + quoted_name(connection, options.schema) + ";";
  return sql;
}

/// libpq quotes what it cannot read, and a password stands in it.
void check_connection_string(const std::string& uri) {
  PQconninfoOption* options = PQconninfoParse(uri.c_str(), nullptr);
  if (options == nullptr) {
    throw Error(base::code::kValidation,
                "The database's connection string cannot be read. Write it as "
                "postgresql://user:password@host:port/name, with special characters percent-encoded.");
  }
  PQconninfoFree(options);
}

}  // namespace

std::string quoted_text(PGconn* connection, const std::string& text) {
  return taken(PQescapeLiteral(connection, text.data(), text.size()), text);
}

std::string quoted_name(PGconn* connection, const std::string& name) {
  return taken(PQescapeIdentifier(connection, name.data(), name.size()), name);
}

PostgresResult run_simple(PGconn* connection, const std::string& sql) {
  PostgresResult result(PQexec(connection, sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return result;
  if (PQstatus(connection) == CONNECTION_BAD) throw connection_lost(connection, "running a script");
  throw postgres_error(result.get());
}

PostgresHandle open_session(const PostgresOptions& options, PostgresMode mode) {
  check_connection_string(options.uri);
  // What stands before dbname may be overridden by the URI, what follows may not.
  const char* const keywords[] = {"connect_timeout",  "keepalives_idle",  "keepalives_interval",
                                  "keepalives_count", "tcp_user_timeout", "fallback_application_name",
                                  "dbname",           "client_encoding",  nullptr};
  const char* const values[] = {"5",    "10",   "5", "3", "20000", "arkitektd", options.uri.c_str(),
                                "UTF8", nullptr};
  PostgresHandle handle(PQconnectdbParams(keywords, values, 1));
  if (PQstatus(handle.get()) != CONNECTION_OK) {
    throw DriverError(
        Failure::kConnection, base::code::kUnavailable,
        fmt::format("Cannot connect to PostgreSQL: {}. Check that the server is running and that the "
                    "database's address, user and password are right.",
                    one_line(PQerrorMessage(handle.get()))));
  }
  PQsetNoticeReceiver(handle.get(), ignore_notice, nullptr);
  run_simple(handle.get(), settings(handle.get(), options, mode));
  return handle;
}

void prepare_database(PGconn* connection, const PostgresOptions& options) {
  const char* encoding = PQparameterStatus(connection, "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
    throw Error(base::code::kUnavailable,
                "The PostgreSQL database has the encoding {}. Create one with the encoding UTF8.",
                encoding == nullptr ? "(unknown)" : encoding);
  }
  if (!exists(connection, "select 1 from pg_collation where collname = $1", "und-x-icu")) {
    throw Error(base::code::kUnavailable,
                "This PostgreSQL server was built without ICU, which comparing text needs. Use one with it.");
  }
  // Not `if not exists` alone: that asks for the right to create one even if it exists.
  if (options.schema.empty() ||
      exists(connection, "select 1 from pg_namespace where nspname = $1", options.schema)) {
    return;
  }
  try {
    run_simple(connection, "create schema if not exists " + quoted_name(connection, options.schema));
  } catch (const DriverError& error) {
    if (error.code() != base::code::kConflict) throw;  // another process was faster
  }
}

}  // namespace sql
