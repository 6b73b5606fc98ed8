// Brings a database to a service's schema: missing tables, columns and indexes
// are added in one transaction; anything else is a numbered migration.
#pragma once

#include <string>
#include <vector>

#include "entity/model.h"
#include "sql/database.h"

namespace entity {

/// What brings a database from one version of a service's schema to another.
struct MigrationPlan {
  int from = 0;  ///< 0: there is nothing yet
  int to = 0;
  std::vector<std::string> statements;  ///< none if the versions are equal
};

/// What `migrate` would do now. `service` names the row of the version table, `version` the schema this
/// program has. Throws base::Error(kConflict) if the database was written by a newer program.
MigrationPlan plan_migration(sql::Reader& reader, const Model& model, std::string_view service, int version);

/// Does it and says what was done. Waits for its turn if another process does the same.
MigrationPlan migrate(sql::Database& database, const Model& model, std::string_view service, int version);

}  // namespace entity
