// PostgreSQL's SQLSTATEs as errors.
#pragma once

#include <libpq-fe.h>

#include <string_view>

#include "sql/failure.h"

namespace sql {

/// What a failed result says.
DriverError postgres_error(const PGresult* result);

/// The connection is gone, in the middle of `doing`.
DriverError connection_lost(const PGconn* connection, std::string_view doing);

/// The SQLSTATE of a failed result, or empty.
std::string_view sql_state(const PGresult* result);

/// The server's or libpq's message without its line ends.
std::string one_line(const char* message);

}  // namespace sql
