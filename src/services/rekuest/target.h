// Which implementation a call goes to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/rekuest/dispatch.h"
#include "sql/database.h"

namespace rekuest {

/// What a call names, of what its organization has: an implementation, an agent
/// and interface, an action or an action's hash; an agent beside an action narrows.
struct TargetRequest {
  std::int64_t organization = 0;
  std::int64_t now = 0;
  std::optional<std::int64_t> implementation, agent, action;
  std::optional<std::string> interface, action_hash;

  bool names_implementation() const { return implementation || (agent && interface); }
};

struct Target {
  AssignTarget frame;
  std::int64_t action = 0;
  std::int64_t agent = 0;
  std::string arg_ports;                 ///< JSON text
  std::string features;                  ///< JSON text
  std::optional<std::string> code_hash;  ///< of a workflow
  bool has_dependencies = false;
  bool allows_probe = false;
};

/// The objects that arguments name for these ports.
std::vector<std::string> objects_of(const std::string& arg_ports, const base::Json& arguments);

/// Throws base::Error saying what to do: nothing offers the action, the agent is away.
Target choose_target(sql::Reader& reader, const TargetRequest& request);
/// The same, for whoever has more to ask in the same round trip. The query throws
/// if the request names nothing.
sql::Query target_query(const TargetRequest& request);
Target target_in(const sql::Rows& rows, sql::Reader& reader, const TargetRequest& request);
/// The implementation the call names, whether its agent is there or not; nullopt if it names none.
std::optional<Target> named_target(sql::Reader& reader, const TargetRequest& request);
/// The action it names. Throws Error(kNotFound).
struct NamedAction {
  std::int64_t id;
  std::string name;
  std::string arg_ports;  ///< JSON text
};
NamedAction named_action(sql::Reader& reader, const TargetRequest& request);

/// The least busy of these implementations whose agent is available; nullopt: none is.
std::optional<Target> choose_among(sql::Writer& writer, std::int64_t organization, std::int64_t now,
                                   sql::Ids implementations);

/// How much work the agent `alias` has, as SQL to order by.
std::string busy_expression(const std::string& alias);
/// The SQL condition that the agent `alias` can be given work; `stale` is the
/// placeholder of the oldest `last_seen` that still counts.
std::string available_condition(const std::string& alias, const std::string& stale);

}  // namespace rekuest
