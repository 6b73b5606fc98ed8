// Which database a service keeps its rows in.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/config.h"
#include "sql/database.h"

namespace platform {

struct DatabaseSettings {
  std::string uri;     ///< PostgreSQL, with the password; empty: `file`
  std::string schema;  ///< of PostgreSQL; empty: the role's default
  std::size_t connections = 8;
  std::string file;  ///< SQLite

  /// Reads the block `database`: `uri`, or `host`, `port`, `name`, `username` and `password`, or `file`; for
  /// PostgreSQL also `schema` and `connections`. nullopt if it names no database. Throws
  /// base::Error(kValidation) naming file and line.
  static std::optional<DatabaseSettings> read(const base::Config& config);
};

/// The parts as one connection string of libpq; empty ones are left to the server's defaults.
std::string connection_string(const std::string& host, std::int64_t port, const std::string& name,
                              const std::string& username, const std::string& password);

std::unique_ptr<sql::Database> open_database(const DatabaseSettings& settings);

}  // namespace platform
