// Asking agents to drop values they keep in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "entity/input.h"
#include "services/rekuest/dispatch.h"
#include "sql/database.h"

namespace rekuest {

/// COLLECT for each agent that keeps some of `drawers` (ids or resource ids);
/// unknown ones are passed over.
std::vector<AgentMessage> collect_messages(sql::Reader& reader, const std::vector<entity::Id>& drawers,
                                           std::int64_t organization);

}  // namespace rekuest
