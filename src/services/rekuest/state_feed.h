// Who watches states: `watchState`, `watchAgent`, `stateUpdateEvents`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "entity/registry.h"
#include "services/rekuest/schema/state.h"
#include "services/rekuest/state_change.h"
#include "sql/database.h"

namespace rekuest {

/// Tells subscribers of committed changes. Thread-safe; `publish` does not block.
class StateFeed {
 public:
  StateFeed(sql::Database& database, bus::Bus& bus) : database_(database), bus_(bus) {}

  /// After the commit, in commit order.
  void publish(const std::vector<StateChange>& changes);
  /// Whether anybody here wants to hear of this state of this agent.
  bool is_watched(std::int64_t state, std::int64_t agent) const;

  /// Each stream begins with the values as they are and goes on with every
  /// patch after them, each once. A process that begins anew is a new snapshot.
  /// Throws base::Error(kNotFound) for what the caller's organization has not.
  std::shared_ptr<void> watch_state(const entity::Call& call,
                                    const schema::SubscriptionWatchStateArguments& in,
                                    const entity::Emit& emit);
  std::shared_ptr<void> watch_agent(const entity::Call& call, const entity::Id& agent,
                                    const entity::Emit& emit);
  /// The state's id whenever it changes, from now on.
  std::shared_ptr<void> updates(const entity::Call& call, const entity::Id& state, entity::Emit emit);

 private:
  sql::Database& database_;
  bus::Bus& bus_;
};

/// The change that brought a state to this point, from its rows; null if they were deleted since.
std::optional<StateChange> load_state_change(sql::Reader& reader, std::int64_t state, StatePoint at,
                                             bool begins);

void add_state_subscriptions(entity::Registry& registry, StateFeed& feed);

}  // namespace rekuest
