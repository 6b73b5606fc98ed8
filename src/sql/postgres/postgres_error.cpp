#include "sql/postgres/postgres_error.h"

#include <algorithm>

namespace sql {
namespace {

DriverError statement_error(std::string_view code, std::string message) {
  return {Failure::kStatement, code, std::move(message)};
}

}  // namespace

std::string_view sql_state(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string_view() : state;
}

std::string one_line(const char* message) {
  std::string line(message == nullptr ? "" : message);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

DriverError connection_lost(const PGconn* connection, std::string_view doing) {
  return {
      Failure::kConnection, base::code::kUnavailable,
      fmt::format("The connection to PostgreSQL was lost while {} ({}). Try again; if it goes on, check that "
                  "the server is running.",
                  doing, one_line(PQerrorMessage(connection)))};
}

DriverError postgres_error(const PGresult* result) {
  const std::string_view state = sql_state(result);
  const std::string message = one_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
  const std::string_view state_class = state.substr(0, 2);

  if (state == "40001" || state == "40P01") {
    return {Failure::kSerialization, base::code::kUnavailable,
            "The change lost against a concurrent one. Try again."};
  }
  if (state == "23505" || state == "23P01") {
    return statement_error(base::code::kConflict, fmt::format("Such a row exists already ({}).", message));
  }
  if (state == "23503" || state == "23001") {
    return statement_error(base::code::kConflict,
                           "A row that is referred to is missing, or still referred to.");
  }
  if (state == "2201B" || state == "22021") {
    return statement_error(base::code::kValidation, message);
  }
  if ((state_class == "08" && state != "08P01") || state == "57P01" || state == "57P02" || state == "57P03" ||
      state == "57P05" || state == "25P03") {
    return {Failure::kConnection, base::code::kUnavailable,
            fmt::format("PostgreSQL closed the connection ({}). Try again.", message)};
  }
  if (state == "57014") {
    return statement_error(base::code::kUnavailable,
                           "The query took too long and was stopped. Ask for less, or try again.");
  }
  if (state == "53100") {
    return statement_error(
        base::code::kUnavailable,
        "The disk with the database is full. Nothing was changed; free some space and try again.");
  }
  if (state_class == "53" || state == "58030" || state == "55P03") {
    return statement_error(base::code::kUnavailable,
                           fmt::format("PostgreSQL cannot do that at the moment ({}). Try again.", message));
  }
  return statement_error(base::code::kInternal, fmt::format("PostgreSQL: {} ({}).", message, state));
}

}  // namespace sql
