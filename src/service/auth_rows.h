// The rows a service keeps about its callers, copied from their tokens.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service/auth_claims.h"
#include "sql/database.h"

namespace service {

/// Ids in this service's own database; 0 where the token names nothing.
struct IdentityRows {
  std::int64_t organization = 0;
  std::int64_t user = 0;
  std::int64_t client = 0;
  std::int64_t membership = 0;
  std::int64_t release = 0;
  std::int64_t device = 0;
  std::vector<std::string> organization_roles = {};  ///< of the stored membership
};

/// Finds or makes the rows of a verified token. Thread-safe; not for
/// event-loop threads.
class IdentityDirectory {
 public:
  virtual ~IdentityDirectory() = default;
  /// Throws MISSING_ACTIVE_ORGANIZATION or MEMBERSHIP_BLOCKED.
  virtual IdentityRows expand(const Claims& claims) = 0;
  /// Reads the membership again. False if the rows are gone and must be
  /// expanded again. Throws MEMBERSHIP_BLOCKED.
  virtual bool refresh(IdentityRows& rows) = 0;
};

/// Mirrors organization, user, app, release, device, client and membership
/// from tokens (tables and columns: README.md). One read if everything is as
/// the token says, one write body more if not.
class MirroredIdentities : public IdentityDirectory {
 public:
  explicit MirroredIdentities(sql::Database& database) : database_(database) {}
  IdentityRows expand(const Claims& claims) override;
  bool refresh(IdentityRows& rows) override;

 private:
  sql::Database& database_;
};

/// Changes whenever something stored on the user's row does.
std::string profile_fingerprint(const Claims& claims);

}  // namespace service
