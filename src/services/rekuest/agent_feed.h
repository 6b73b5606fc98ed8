// Who hears of agents and what they offer: `agents`, `implementations`,
// `implementationChange`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/json.h"
#include "bus/bus.h"
#include "entity/registry.h"
#include "services/rekuest/catalog.h"
#include "sql/database.h"

namespace rekuest {

/// A committed change of an agent, or of what it offers.
struct AgentNotice {
  enum class What { kCreated, kUpdated, kDeleted, kOfferOnly };
  What what = What::kUpdated;
  std::int64_t agent = 0;
  std::int64_t organization = 0;
  base::Json change;  ///< an `AgentChange`, in snake_case; null for a deleted one
  std::vector<std::int64_t> implementations_created, implementations_updated, implementations_deleted;
};

/// The agent as its row is now.
AgentNotice notice_of(sql::Reader& reader, std::int64_t agent, AgentNotice::What what);
AgentNotice notice_of(sql::Reader& reader, const Registration& registration);

/// Tells subscribers of committed changes, from their subscription on.
/// Thread-safe; `publish` does not block.
class AgentFeed {
 public:
  AgentFeed(sql::Database& database, bus::Bus& bus) : database_(database), bus_(bus) {}

  /// After the commit, in commit order.
  void publish(const AgentNotice& notice);

  std::shared_ptr<void> agents(std::int64_t organization, entity::Emit emit);
  /// Throw base::Error(kNotFound) for what the caller's organization has not.
  std::shared_ptr<void> implementations(const entity::Call& call, const entity::Id& agent, entity::Emit emit);
  std::shared_ptr<void> implementation(const entity::Call& call, const entity::Id& implementation,
                                       entity::Emit emit);

 private:
  void tell(const std::string& topic, base::Json change);

  sql::Database& database_;
  bus::Bus& bus_;
};

void add_agent_subscriptions(entity::Registry& registry, AgentFeed& feed);

}  // namespace rekuest
