// The catalog: what agents declare, as rows. Registration is the only way in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/rekuest/catalog_declaration.h"
#include "sql/database.h"

namespace rekuest {

/// Whose agent it is: row ids of this service's database, from the token.
struct Registrant {
  std::int64_t organization = 0;
  std::int64_t user = 0;
  std::int64_t client = 0;
  std::int64_t release = 0;
  std::string client_id;  ///< the agent's name if it gives none
};

/// What only a socket tells. Stored on every registration.
struct ConnectionFacts {
  std::optional<std::string> supervisor;
  base::Json features = base::Json::array();
};

/// What a registration did. Ids of the implementations are what feeds tell of.
struct Registration {
  std::int64_t agent = 0;
  std::string hash;  ///< as stored now
  bool agent_is_new = false;
  bool reconciled = false;        ///< false: the hash was known and only the agent's row was written
  base::Json::Array diagnostics;  ///< `{level, code, message, path}`
  std::vector<std::int64_t> implementations_created;
  std::vector<std::int64_t> implementations_updated;
  std::vector<std::int64_t> implementations_deleted;
};

/// Makes the agent's rows say what it declares; what it does not declare any
/// more is removed, except higher-order wrappers hosted on it. Takes the
/// agent's row lock first. Everything happens in the caller's transaction: an
/// exception leaves nothing behind. `now` in microseconds.
Registration register_agent(sql::Writer& writer, const Registrant& registrant, const Declaration& declaration,
                            const ConnectionFacts* connection, std::int64_t now);

/// The agent of (client, user, organization), made if missing. Does not touch
/// an existing one.
struct EnsuredAgent {
  std::int64_t id = 0;
  bool is_new = false;
};
EnsuredAgent ensure_agent(sql::Writer& writer, const Registrant& registrant, std::int64_t now);

/// The caller row of (client, user, organization), made if missing.
std::int64_t ensure_caller(sql::Writer& writer, const Registrant& registrant);

}  // namespace rekuest
