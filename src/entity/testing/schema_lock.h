// A service's tables are committed as SQL beside its schema, so that a change
// of them is seen, numbered and tried on the tables of before:
//
//   schema.lock.{sqlite,pg}.sql       the tables of this version
//   schema.previous.{sqlite,pg}.sql   of the one before, if there was one
//
// When a test here fails it says what to do; with ARKITEKTD_LOCK_SCHEMA set it
// writes the files of a new version itself.
#pragma once

#include <string>

#include "entity/model.h"

namespace entity_testing {

struct LockedSchema {
  std::string service;  ///< the room below services/
  int version;
  const entity::Model& model;
};

/// Fails if the schema gives other tables than the lock files of its version,
/// or if the version of its lock files is not this one. Says what to do.
void expect_locked(const LockedSchema& schema, sql::Dialect dialect);

/// Fails unless the lock file's script, a migration of an empty database and
/// one of the previous version's tables all end in the same columns, keys and
/// references. What the last has besides must not stand in a writer's way.
void expect_migrates(const LockedSchema& schema, sql::Dialect dialect);

}  // namespace entity_testing
