// A World in which agents connect, callers assign, and agents report: what the
// program does between a frame and its commit, without sockets.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/auth.h"
#include "services/rekuest/assign.h"
#include "services/rekuest/control.h"
#include "services/rekuest/hold.h"
#include "services/rekuest/journal.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/testing/world.h"

namespace rekuest_testing {

using Who = std::shared_ptr<const service::Identity>;

/// Offers `add` (INT a, STRUCTURE image) and `sub`, a lock `stage`, a state `pos`.
extern const char* const kDeclaration;

class TaskWorld : public World {
 public:
  using World::World;

  std::int64_t now = 1'700'000'000'000'000;  ///< microseconds, of everything below

  Who identity(const std::string& client = "client", const std::string& user = "u-1",
               const std::string& organization = "lab", const std::string& app = "live.example.app");

  rekuest::RegisterRequest request(const Who& who, const std::string& session,
                                   std::string_view declaration = kDeclaration);
  rekuest::Registered connect(const rekuest::RegisterRequest& request);
  /// A process that has begun: known by its session from then on.
  rekuest::Registered connect(const Who& who, const std::string& session = "s1");
  void disconnect(const rekuest::Registered& registered);

  /// `input` is JSON text of an AssignInput.
  rekuest::Assigned assign(const Who& who, std::string_view input);
  /// A task of `add` for the agent.
  std::int64_t task(const Who& who, const rekuest::Registered& agent);
  std::int64_t task(const Who& who, const rekuest::Registered& agent, std::string_view interface,
                    std::string_view more = "");
  rekuest::Outcome control(const Who& who, rekuest::Control control, std::int64_t task, bool step = false);

  rekuest::Outcome decide(const Who& who, std::int64_t task, bool approved,
                          std::optional<std::string> answer = {});
  /// What an agent that has registered is sent, parsed.
  std::vector<base::Json> backlog(const std::optional<rekuest::BacklogBounds>& bounds,
                                  const rekuest::ProvenanceSigner& signer = {});

  rekuest::JournalOutcome report(const rekuest::Registered& agent, const std::vector<base::Json>& frames,
                                 rekuest::JournalMode mode = rekuest::JournalMode::kApply);

  /// The kinds of a task's events in order, with a space between.
  std::string events(std::int64_t task);
  std::string latest(std::int64_t task);
  /// The first column of all rows, with a space between.
  std::string joined(std::string_view sql, std::vector<sql::Value> parameters = {});
};

/// A message's frame, parsed.
base::Json parsed(const rekuest::AgentMessage& message);
/// The messages of an outcome, parsed.
std::vector<base::Json> parsed(const rekuest::Outcome& outcome);
/// `TYPE task` of each frame.
std::vector<std::string> names(const std::vector<base::Json>& frames);

/// A numbered frame of session `session`; `more` are members beginning with a comma.
base::Json numbered(std::string_view kind, std::int64_t position, std::string_view more = "",
                    std::string_view session = "s1");
/// The same for a report on a task.
base::Json task_report(std::string_view kind, std::int64_t position, std::int64_t task,
                       std::string_view more = "", std::string_view session = "s1");

/// STARTED, PROGRESS, YIELD and COMPLETED from `position` on.
std::vector<base::Json> whole_task(std::int64_t task, std::int64_t position);

}  // namespace rekuest_testing
