// PostgreSQL: a pool that reads, one connection that writes.
#include "sql/database.h"
#include "sql/pooled_database.h"
#include "sql/postgres/postgres_connection.h"

namespace sql {

std::unique_ptr<Database> open_postgres(const PostgresOptions& options) {
  const auto shared = std::make_shared<PostgresShared>();
  shared->options = options;
  prepare_database(open_session(options, PostgresMode::kWrite).get(), options);
  return std::make_unique<PooledDatabase>(PooledDatabase::Parts{
      .dialect = Dialect::kPostgres,
      .connect_reader =
          [shared] { return std::make_unique<PostgresConnection>(shared, PostgresMode::kRead); },
      .connect_writer =
          [shared] { return std::make_unique<PostgresConnection>(shared, PostgresMode::kWrite); },
      .readers = options.connections,
  });
}

}  // namespace sql
