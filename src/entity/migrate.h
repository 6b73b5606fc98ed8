// Brings a database to a service's schema: missing tables, columns and indexes
// are added in one transaction; anything else is a numbered migration.
#pragma once

#include <string>

#include "entity/model.h"
#include "sql/database.h"

namespace entity {

/// Waits for its turn if another process does the same. `service` names the
/// row of the version table, `version` the schema this program has. Throws
/// base::Error(kConflict) if the database was written by a newer program.
void migrate(sql::Database& database, const Model& model, std::string_view service, int version);

}  // namespace entity
