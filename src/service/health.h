// What gateways and clients probe without a token: is this service there, is
// it ready, and is it the one its alias promised.
#pragma once

#include <optional>
#include <string>

#include "jose/jose.h"
#include "net/http.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "sql/database.h"

namespace service {

/// The answer of something that is there, with `signature` if a key is set and the request has a `nonce`:
/// made by the private Ed25519 key whose public half the alias carries. Without a key clients are content
/// with the status. Source: the signed challenge of Lok's contract, `fakts-challenge-v1`.
net::HttpResponse answer_challenge(const net::HttpRequest& request, const std::optional<jose::Key>& key);

/// Thread-safe. Database and workers must outlive the server they are routed in.
class Health {
 public:
  explicit Health(sql::Database& database, std::optional<jose::Key> instance_key = std::nullopt);

  /// `ht`: `answer_challenge`, but 503 if the database does not answer. Blocks.
  net::HttpResponse ready(const net::HttpRequest& request) const;
  /// `live`: 200 as long as the process answers at all.
  static net::HttpResponse live();

  /// Routes `<prefix>/ht` and `<prefix>/live`, for any origin. `this` must
  /// outlive the server.
  void add_routes(net::Router& router, const std::string& prefix, net::WorkerPool& workers) const;

 private:
  bool database_answers() const;

  sql::Database& database_;
  const std::optional<jose::Key> instance_key_;
};

}  // namespace service
