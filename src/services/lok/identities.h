// Lok's own callers: their tokens name rows that Lok itself wrote.
#pragma once

#include "service/auth_rows.h"
#include "sql/database.h"

namespace lok {

/// Thread-safe; the database must outlive it.
class Identities : public service::IdentityDirectory {
 public:
  explicit Identities(sql::Database& database) : database_(database) {}
  /// Also throws USER_NOT_FOUND, and TOKEN_REVOKED when the client is gone.
  service::IdentityRows expand(const service::Claims& claims) override;
  bool refresh(service::IdentityRows& rows) override;

 private:
  sql::Database& database_;
};

}  // namespace lok
