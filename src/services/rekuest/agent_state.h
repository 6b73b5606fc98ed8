// What an agent reports of itself rather than of a task: sessions, states,
// locks, shelved values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "services/rekuest/journal.h"
#include "services/rekuest/state_ledger.h"

namespace rekuest {

/// The frames of one agent in one write body that are no task reports.
class AgentLedger {
 public:
  AgentLedger(sql::Writer& writer, const JournalAgent& from, std::int64_t now);

  /// Unknown kinds, states, locks and drawers are ignored.
  void apply(std::string_view kind, const base::Json& frame);
  /// Writes what is left to write; what happened to states, in order.
  std::vector<StateChange> store() { return states_.store(); }

 private:
  sql::Value own_task(const base::Json& frame, std::string_view member);
  void begin_session(const base::Json& frame);
  void hold_lock(const base::Json& frame);
  void release_lock(const base::Json& frame);
  void shelve(const base::Json& frame);
  void unshelve(const base::Json& frame);

  sql::Writer& writer_;
  const std::int64_t agent_;
  const std::int64_t now_;
  StateLedger states_;
  std::map<std::string, sql::Value> tasks_;
};

}  // namespace rekuest
