// PostgreSQL: a pool that reads, one connection that writes, one for each listener.
#include "sql/database.h"
#include "sql/pooled_database.h"
#include "sql/postgres/postgres_connection.h"
#include "sql/postgres/postgres_listener.h"

namespace sql {

std::unique_ptr<Database> open_postgres(const PostgresOptions& options) {
  const auto shared = std::make_shared<PostgresShared>(options);
  prepare_database(open_session(options, PostgresMode::kWrite).get(), options);
  return std::make_unique<PooledDatabase>(PooledDatabase::Parts{
      .dialect = Dialect::kPostgres,
      .connect_reader =
          [shared] { return std::make_unique<PostgresConnection>(shared, PostgresMode::kRead); },
      .connect_writer =
          [shared] { return std::make_unique<PostgresConnection>(shared, PostgresMode::kWrite); },
      .readers = options.connections,
      .listen =
          [shared](std::string_view channel, Receive receive, std::function<void()> resumed) {
            return std::make_unique<PostgresListener>(shared, channel, std::move(receive),
                                                      std::move(resumed));
          },
  });
}

}  // namespace sql
