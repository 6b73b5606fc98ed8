// What an agent is sent: the ASSIGN of a task, and what an agent that has just
// registered still has to hear. Derived from rows, so that nothing has to be
// remembered for an agent that is away.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jose/jose.h"
#include "sql/database.h"

namespace rekuest {

/// Signs the token a task carries; null key: tasks carry none.
struct ProvenanceSigner {
  std::optional<jose::Key> key;
  std::string issuer = "rekuest";
  std::int64_t lifetime_seconds = 24 * 3600;
};

/// What an ASSIGN says of the implementation and the agent that runs it.
struct AssignTarget {
  std::int64_t implementation = 0;
  std::string interface;
  std::string action_hash;
  std::string organization;  ///< slug
  bool needs_token = false;
  std::string audience = "[]";  ///< JSON list of services
  std::string agent_user;       ///< `sub`
  std::string agent_client;
};
/// The columns of an AssignTarget, over the aliases `i` implementation, `a`
/// action, `o` organization, `au` and `ac` the agent's user and client.
inline constexpr std::string_view kTargetColumns =
    "i.id, i.interface, a.hash, o.slug, i.needs_token, i.provenance_audience, au.sub, ac.client_id";
inline constexpr std::size_t kTargetColumnCount = 8;
AssignTarget target_at(const sql::Rows& rows, std::size_t row, std::size_t first_column);

/// A task's ASSIGN, all but its provenance token, which is signed when sent.
struct AssignFrame {
  AssignTarget target;
  std::int64_t task = 0;
  std::string person;  ///< `sub` of who asked
  std::string args;    ///< JSON text
  std::string args_hash;
  std::optional<std::string> reference;
  std::optional<std::int64_t> root, parent, resolution;
  bool capture = false;
  bool step = false;
  std::string state_requires = "[]";  ///< JSON text

  std::string text(const ProvenanceSigner& signer, std::int64_t now) const;
};

/// Everything an agent owes an answer to, in order: ASSIGNs it never reported
/// on, then control frames it has not confirmed.
struct Pending {
  std::vector<AssignFrame> assigns;
  std::vector<std::string> controls;
};
/// Tasks above `newest` were assigned later and were sent by themselves.
Pending load_pending(sql::Reader& reader, std::int64_t agent, std::int64_t newest);
/// The highest id of this agent's tasks, 0 if it has none.
std::int64_t newest_task(sql::Reader& reader, std::int64_t agent);

}  // namespace rekuest
