// Assigning: from what a caller asks for to a task that is on its way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "service/auth.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/outcome.h"
#include "services/rekuest/resolution.h"
#include "services/rekuest/schema/task.h"
#include "services/rekuest/target.h"
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
  std::optional<std::int64_t> implementation, agent, action, resolution;
  std::optional<std::string> reference;  ///< given by the caller
  std::string args;                      ///< JSON text
  std::string args_hash;
  std::string state_requires = "[]";  ///< JSON text
  std::int64_t not_before = 0;        ///< microseconds; 0: at once
};

struct Assigned {
  std::int64_t task = 0;
  bool made = false;                ///< false: it existed already
  std::optional<std::int64_t> due;  ///< not before this time
  Outcome outcome;
};

/// Creates a root task inside a write body. A repeated reference gives the
/// existing task. Throws base::Error saying what to do: nothing offers the
/// action, the agent is away.
Assigned assign_task(sql::Writer& writer, const AssignRequest& request);

// --- what calls from callers and from agents have in common ---

/// Leaves room for the frame around the arguments.
inline constexpr std::size_t kMaxArguments = kMaxFrameToAgent - std::size_t{16} * 1024;

/// The task is this implementation's to run.
void aim(NewTask& task, const Target& target, const base::Json& arguments);
/// Names the implementation of the call's resolution if nothing else does.
void aim_at_resolution(TargetRequest& request, const ResolutionChoice& choice);
/// The target's dependencies are bound as was chosen. Throws Error(kValidation)
/// saying what is unmet, or that the resolution is not of this target.
void bind_task(sql::Reader& reader, NewTask& task, const Target& target, const TargetRequest& request,
               const ResolutionChoice& choice);
/// Its ASSIGN; the subjects are of the person it runs for and of who asked.
AgentMessage assign_message(Target target, const NewTask& task, std::int64_t id, std::string person,
                            std::string requester);

}  // namespace rekuest
