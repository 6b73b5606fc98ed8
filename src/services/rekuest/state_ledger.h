// States as rows: their values, snapshots and patches.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/rekuest/catalog_rows.h"
#include "services/rekuest/state_change.h"
#include "sql/database.h"

namespace rekuest {

/// What one write body's frames make of one agent's states. A value is read
/// and written once, whatever the number of patches: it may be large. Until
/// `store` the database has only the snapshots.
class StateLedger {
 public:
  StateLedger(sql::Writer& writer, std::int64_t agent, std::int64_t now);

  /// The row of the agent's session, made if missing.
  std::int64_t session(const std::string& name);

  /// The values by interface at a revision of a session. States the agent does
  /// not declare are passed over.
  void snapshot(const std::string& session, const base::Json& values, std::int64_t revision);

  /// A STATE_PATCH. It is kept in any case; the value changes unless a snapshot
  /// contained it, it does not apply, or it is of an earlier process. `task`: the
  /// row id, or null.
  void patch(const base::Json& frame, sql::Value task);

  /// Writes everything; what watchers are told after the commit, in order.
  std::vector<StateChange> store();

 private:
  struct State {
    std::int64_t id = 0;
    StatePoint at;
    std::optional<std::string> text;  ///< the value; read when it is needed
    std::optional<base::Json> value;  ///< the same, parsed; newer than `text`
    bool changed = false;
  };
  State* find(const std::string& interface);
  base::Json& value_of(State& state);
  void apply(State& state, StatePoint at, const base::Json& frame);

  sql::Writer& writer_;
  const std::int64_t agent_;
  const std::int64_t now_;
  std::map<std::string, std::int64_t> sessions_;
  std::map<std::string, std::optional<State>> states_;
  BulkInsert patches_;
  std::vector<StateChange> changes_;
};

}  // namespace rekuest
