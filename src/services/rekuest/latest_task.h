// Who watches what an agent's action last ran as: `latestTask`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bus/bus.h"
#include "entity/registry.h"
#include "services/rekuest/task_store.h"
#include "sql/database.h"

namespace rekuest {

/// Tells those who watch the task's implementation of a committed change.
void publish_latest(bus::Bus& bus, const TaskNotice& notice);

/// Begins with the newest task of what the agent offers under the interface, and
/// goes on with its progress, results and end, each once. Every task of it that
/// is made or ends is told, too; one that is made is the newest from then on,
/// which a snapshot says once more. The caller may see the agent. Thread-safe;
/// what it refers to outlives the stream.
std::shared_ptr<void> watch_latest(sql::Database& database, bus::Bus& bus, std::int64_t agent,
                                   const std::string& interface, const entity::Emit& emit);

}  // namespace rekuest
