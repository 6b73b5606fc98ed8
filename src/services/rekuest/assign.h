// Assigning: from what a caller asks for to a task that is on its way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "service/auth.h"
#include "services/rekuest/dispatch.h"
#include "services/rekuest/schema/task.h"
#include "services/rekuest/task_store.h"
#include "sql/database.h"

namespace rekuest {

/// What a caller asks for, read and hashed outside of any transaction.
struct AssignRequest {
  /// Throws base::Error for what can be seen to be wrong without the database:
  /// arguments that are no object or too large, what is not built yet.
  static AssignRequest read(std::shared_ptr<const service::Identity> who, schema::AssignInput input,
                            std::int64_t now);

  std::shared_ptr<const service::Identity> who;
  std::int64_t now = 0;
  schema::AssignInput input;
  std::optional<std::int64_t> implementation, agent, action;
  std::optional<std::string> reference;  ///< given by the caller
  std::string args;                      ///< JSON text
  std::string args_hash;
  std::string state_requires = "[]";  ///< JSON text
};

struct Assigned {
  std::int64_t task = 0;
  std::int64_t agent = 0;
  std::optional<AssignFrame> frame;  ///< to send; none if the task existed already or is not due
  std::vector<TaskNotice> notices;
};

/// Creates a root task inside a write body. A repeated reference gives the
/// existing task. Throws base::Error saying what to do: nothing offers the
/// action, the agent is away.
Assigned assign_task(sql::Writer& writer, const AssignRequest& request);

/// The SQL condition that the agent `alias` can be given work; `stale` is the
/// placeholder of the oldest `last_seen` that still counts.
std::string available_condition(const std::string& alias, const std::string& stale);

}  // namespace rekuest
