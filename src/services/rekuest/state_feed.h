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

void add_state_subscriptions(entity::Registry& registry, StateFeed& feed);

}  // namespace rekuest
