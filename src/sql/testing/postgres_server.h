// A PostgreSQL server for the test process.
#pragma once

#include <string>

namespace sql_testing {

/// The connection string of a server: ARKITEKTD_TEST_POSTGRES if that is set,
/// else one of our own, started by the first call and stopped and removed at
/// exit, or with the thread that made that call. It listens on a socket in its temporary folder only and
/// waits for the disk as in production, unless ARKITEKTD_TEST_POSTGRES_FSYNC is `off`. Throws
/// std::runtime_error, never null or empty, when there is none: a test that needs PostgreSQL fails without
/// it. Thread-safe.
const std::string& postgres_uri();

}  // namespace sql_testing
