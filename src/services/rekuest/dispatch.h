// What an agent is sent about its tasks: ASSIGN, the controls, DECIDE. Made from
// rows, so that nothing has to be remembered for an agent that is away.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
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
  std::int64_t agent = 0;
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
    "i.agent_id, i.id, i.interface, a.hash, o.slug, i.needs_token, i.provenance_audience, au.sub, "
    "ac.client_id";
inline constexpr std::size_t kTargetColumnCount = 9;
AssignTarget target_at(const sql::Rows& rows, std::size_t row, std::size_t first_column);

/// A task's ASSIGN, all but its provenance token, which is signed when sent.
struct AssignFrame {
  AssignTarget target;
  std::int64_t task = 0;
  std::string probe;      ///< its id, of a call that is no task
  std::string person;     ///< `sub` of the user the task tree runs for
  std::string requester;  ///< `sub` of who asked: the person, or the parent's agent's user
  std::string args;       ///< JSON text
  std::string args_hash;
  std::optional<std::string> reference;
  std::optional<std::int64_t> root, parent, resolution;
  bool capture = false;
  bool step = false;
  std::string state_requires = "[]";   ///< JSON text
  std::optional<std::string> message;  ///< what the person said who approved it
  std::optional<std::string> resume;   ///< JSON text: what an earlier run of a workflow recorded

  /// What the agent knows it by.
  std::string id() const { return probe.empty() ? std::to_string(task) : probe; }
  std::string text(const ProvenanceSigner& signer, std::int64_t now) const;
};

/// ASSIGNs of tasks, read from their rows. `condition` is SQL over the alias `t`.
std::vector<AssignFrame> load_assigns(sql::Reader& reader, std::string_view condition,
                                      std::vector<sql::Value> parameters);

/// Tasks of these agents that have been with them for one, two or three minutes
/// (to the ten seconds in which this is asked) without a word: something was lost.
std::vector<AssignFrame> load_unheard(sql::Reader& reader, const sql::Ids& agents, std::int64_t now);

/// CANCEL, INTERRUPT, PAUSE or RESUME.
std::string control_frame(std::string_view kind, std::int64_t task, bool step);

/// The answer to a task's own hold; `value` is what its DECIDED event carries.
std::string decide_frame(std::int64_t task, const base::Json& value);

/// For one agent. An ASSIGN's text is made when it is sent: it is signed then.
struct AgentMessage {
  std::int64_t agent = 0;
  /// Nothing about a task reaches a new process before its SESSION_INIT has
  /// decided the task's fate; 0: about none of its tasks, and sent at any time.
  std::int64_t task = 0;
  std::string_view kind;
  std::variant<AssignFrame, std::string> frame;
  /// About none of its tasks and yet for wherever it is connected, not for who asked over this socket.
  bool elsewhere = false;
};

/// The highest id of this agent's tasks, 0 if it has none.
std::int64_t newest_task(sql::Reader& reader, std::int64_t agent);

}  // namespace rekuest
