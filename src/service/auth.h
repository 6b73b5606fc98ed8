// Who is calling: from a request's headers or a socket's token to a caller with
// rows, and whether that caller may use a field.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/language/ast.h"
#include "net/http.h"
#include "service/acting_task.h"
#include "service/auth_cache.h"
#include "service/auth_claims.h"
#include "service/auth_rows.h"
#include "service/auth_verifier.h"

namespace graphql {
class Schema;
}

namespace service {

/// A verified caller. Immutable, shared by the requests of one token.
struct Identity {
  Claims claims;
  IdentityRows rows;
  std::optional<ActingTask> task =
      {};  ///< in which it acts; then shared by the operations of one request only
};

/// The bearer token of the first of these headers that is not empty. Throws
/// NO_AUTHORIZATION_HEADER or MALFORMED_AUTHORIZATION_HEADER.
std::string_view bearer_token(const net::Headers& headers, const std::vector<std::string>& names);

/// Turns tokens into callers. A token that was seen before costs a hash and a
/// look-up; its membership is read again after ten seconds, so that a blocked
/// member is out by then at the latest. Thread-safe.
class Authenticator {
 public:
  struct Options {
    std::size_t capacity = 4096;  ///< tokens remembered
    std::chrono::seconds recheck{10};
  };
  /// Both must outlive this.
  Authenticator(const TokenVerifier& verifier, IdentityDirectory& directory, Options options);
  Authenticator(const TokenVerifier& verifier, IdentityDirectory& directory)
      : Authenticator(verifier, directory, Options{}) {}

  /// Throw base::Error with a reason of auth_errors.h. May wait for the
  /// database or for keys, so not for event-loop threads.
  std::shared_ptr<const Identity> authenticate(const net::Headers& headers);
  std::shared_ptr<const Identity> authenticate_token(std::string_view token);

  /// The caller if nothing has to be waited for, else null. Never blocks.
  std::shared_ptr<const Identity> cached(std::string_view token);

  /// Call after the commit of a change of any membership: blocking counts at
  /// once in this process.
  void memberships_changed() { epoch_.fetch_add(1, std::memory_order_acq_rel); }

 private:
  bool is_fresh(const IdentityCache::Entry& entry) const;
  std::shared_ptr<const Identity> check_again(const Identity& known);
  std::shared_ptr<const Identity> make(std::string_view token);

  const TokenVerifier& verifier_;
  IdentityDirectory& directory_;
  const Options options_;
  std::atomic<std::uint64_t> epoch_{0};
  IdentityCache cache_;
};

/// Holds the caller against a field's `@auth`. Null is nobody: refused with
/// NOT_AUTHENTICATED. Throws PERMISSION_DENIED naming what is missing.
void require(const Identity* caller, const graphql::ast::Directive& auth);
/// Throws base::Error(kInternal) naming a field whose `@auth` would not be held:
/// not on a root field, an argument nobody knows, one that is no list of texts.
void check_auth(const graphql::Schema& schema);

}  // namespace service
