// REGISTER: may this agent connect, and what does it still have to hear.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "service/auth.h"
#include "services/rekuest/agent_feed.h"
#include "services/rekuest/catalog.h"
#include "services/rekuest/dispatch.h"
#include "services/rekuest/journal.h"
#include "sql/database.h"

namespace rekuest {

/// Why a registration is refused: the close code tells the client whether to
/// give up (section 1.2 of the protocol), the message is shown to its user.
class RegistrationRefused : public base::Error {
 public:
  RegistrationRefused(std::uint16_t close, std::string message)
      : base::Error(base::code::kPermissionDenied, std::move(message)), close_code(close) {}
  std::uint16_t close_code;
};

/// A REGISTER frame, read and checked outside of any transaction.
struct RegisterRequest {
  std::shared_ptr<const service::Identity> who;
  Declaration declaration;
  ConnectionFacts facts;
  bool force = false;
  std::string session;

  /// Throws base::Error(kValidation) naming what does not fit.
  static RegisterRequest read(std::shared_ptr<const service::Identity> who, const base::Json& frame,
                              const Shapes& shapes);
};

/// An agent that may send and be sent frames.
struct Registered {
  JournalAgent agent;
  std::string hash;  ///< of the declaration, as stored
  base::Json diagnostics = base::Json::array();
  base::Json inquiries = base::Json::array();
  std::int64_t newest_task = 0;          ///< of those the agent had when it registered
  std::optional<BacklogBounds> backlog;  ///< what it still has to hear; null: after its SESSION_INIT
  AgentNotice notice;                    ///< to publish
};

/// Inside one write body: the agent's catalog and the lease of its one
/// connection, to the process `replica`. Throws RegistrationRefused.
Registered connect_agent(sql::Writer& writer, const RegisterRequest& request, const std::string& replica,
                         std::int64_t now);

/// The connection is gone. Nothing changes if another has taken over.
std::optional<AgentNotice> mark_disconnected(sql::Writer& writer, const Registered& registered,
                                             std::int64_t now);

/// Whoever counts as connected to this process, which has just begun, was so to one
/// before it of the same name; on SQLite everybody is.
std::vector<AgentNotice> disconnect_earlier(sql::Writer& writer, const std::string& replica,
                                            std::int64_t now);

/// Whose end nobody could write down when it came, and who was not heard of since `before`.
std::vector<AgentNotice> disconnect_silent(sql::Writer& writer, std::int64_t before);

/// Who an identity is in the catalog.
Registrant registrant_of(const service::Identity& who);

/// An agent not heard of for this long counts as gone.
inline constexpr std::int64_t kStaleMicros = 30'000'000;

}  // namespace rekuest
