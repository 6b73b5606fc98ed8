// What people do with agents: send them away, shut them out, name, pin and
// delete them; and what a client says of its own agent without a socket.
#pragma once

#include <memory>

#include "entity/registry.h"
#include "services/rekuest/changes.h"
#include "sql/database.h"

namespace rekuest {

class Shapes;

/// What the mutations work with. All outlive the registry's service.
struct AgentAdmin {
  sql::Database& database;
  const Changes& changes;
  const std::unique_ptr<Shapes>& shapes;  ///< there when the first call comes
};

/// `bounce`, `kick`, `block`, `unblock`, `pinAgent`, `updateAgent`,
/// `deleteAgent`, `deleteImplementation`, `ensureAgent`, `implementAgent`. Any
/// member of the organization may.
void add_agent_admin(entity::Registry& registry, const AgentAdmin& admin);

}  // namespace rekuest
