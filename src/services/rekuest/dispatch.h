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

/// A task's ASSIGN, all but its provenance token, which is signed when sent.
class AssignFrame {
 public:
  std::string text(const ProvenanceSigner& signer, std::int64_t now) const;

 private:
  friend std::vector<AssignFrame> load_assigns(sql::Reader&, std::string_view, std::vector<sql::Value>);
  base::Json body_;
  bool needs_token_ = false;
  std::vector<std::string> audience_;
  std::string requester_, person_, agent_user_, agent_client_, arguments_hash_;
  std::string task_, root_;
  std::optional<std::string> parent_;
};

/// The ASSIGN of one task.
AssignFrame load_assign(sql::Reader& reader, std::int64_t task);

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
