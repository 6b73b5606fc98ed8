// The steps of a registration, in the order `register_agent` takes them. All
// run inside its transaction.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "services/rekuest/catalog.h"
#include "sql/database.h"

namespace rekuest::catalog {

struct Host {
  std::int64_t agent = 0;
  std::int64_t organization = 0;
  std::int64_t app = 0;
  std::int64_t release = 0;
  std::string app_identifier;
  std::int64_t now = 0;
};

using Ids = std::map<std::string, std::int64_t>;

/// Row ids by key; undeclared ones are removed.
Ids reconcile_locks(sql::Writer& writer, const Host& host, const base::Json::Array& locks);
void reconcile_assets(sql::Writer& writer, const Host& host, const base::Json::Array& assets);

/// State row ids by interface; undeclared ones are removed.
Ids reconcile_states(sql::Writer& writer, const Host& host, const std::vector<DeclaredState>& states);

/// Makes or updates actions in place; ids by key and version. Warnings about
/// targets of tests go to `diagnostics` of the implementation that declares it.
std::map<ActionKey, std::int64_t> write_actions(sql::Writer& writer, const Host& host,
                                                const std::vector<DeclaredImplementation>& implementations,
                                                std::map<std::string, base::Json::Array>& diagnostics);

/// Implementations with their locks, states and dependencies; undeclared ones
/// are removed.
struct ImplementationContext {
  const std::map<ActionKey, std::int64_t>& actions;
  const Ids& locks;
  const Ids& states;
  std::map<std::string, base::Json::Array>& diagnostics;  ///< by interface
};
void reconcile_implementations(sql::Writer& writer, const Host& host,
                               const std::vector<DeclaredImplementation>& implementations,
                               const ImplementationContext& context, Registration& registration);

/// Dependencies of each implementation (by row id), exactly as declared.
void reconcile_dependencies(sql::Writer& writer, const std::map<std::int64_t, const base::Json*>& declared);

/// Ids by name of what an agent has in a table keyed by (agent_id, `name`).
Ids ids_of_agent(sql::Reader& reader, std::string_view table, std::string_view name, std::int64_t agent);

}  // namespace rekuest::catalog
