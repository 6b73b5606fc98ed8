// An administrator of the whole platform, made from outside while Lok may be running.
#pragma once

#include <string>

#include "sql/database.h"

namespace lok {

struct Superuser {
  std::string username;
  std::string password;
  std::string email;  ///< empty: left as it is
};

/// Makes the account, or gives the one with this name the rank, the password and the address; with another
/// password its sessions end. An account that `lok.yaml` lists is at the next start what it says there. The
/// tables must exist. Throws base::Error(kValidation) for a name or password that cannot be.
void ensure_superuser(sql::Database& database, const Superuser& account);

}  // namespace lok
