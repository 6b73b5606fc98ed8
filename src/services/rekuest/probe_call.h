// Asking for probes: the GraphQL fields, and PROBE_REQUEST of agents.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "entity/registry.h"
#include "services/rekuest/probe.h"
#include "sql/database.h"

namespace rekuest {

/// `probe`, its controls, `probeStats`, `probeEvents`.
void add_probes(entity::Registry& registry, Probes& probes);

/// Answers a PROBE_REQUEST, in the agent's own name. Blocks while it reads; what
/// is refused is part of the answer.
void answer_probe_request(sql::Database& database, Probes& probes, AgentHub& hub, std::int64_t agent,
                          const base::Json& request, std::int64_t now);

}  // namespace rekuest
