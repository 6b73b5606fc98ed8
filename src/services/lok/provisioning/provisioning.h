// Brings the database to what the configuration lists.
#pragma once

#include "services/lok/configuration.h"
#include "sql/database.h"

namespace lok {

/// Idempotent: what exists is updated by its natural key and keeps its id
/// (aliases too: clients remember them), nothing is deleted, and mandate keys
/// that are listed no more are revoked. One transaction; processes that start at
/// the same time take turns. The tables must exist.
/// Throws Error(kValidation) where the configuration contradicts itself.
void provision(sql::Database& database, const Configuration& configuration);

}  // namespace lok
