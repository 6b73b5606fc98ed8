// People's accounts as rows: made by the configuration, by whoever runs the
// platform or by the holder of an invitation. Who may is decided before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "services/lok/configuration.h"
#include "sql/database.h"

namespace lok {

/// Throws Error(kValidation) unless it is 1 to 150 letters, digits and `@.+-_`.
void check_username(std::string_view name);

struct NewAccount {
  std::string username;
  std::string email;  ///< may be empty
  std::string name;   ///< how others see them; empty: the username
  bool superuser = false;
  std::string password_hash;
};

/// Gives the user. Throws Error(kConflict) if the name is taken, also by a name
/// that differs in case only.
std::int64_t write_account(sql::Writer& writer, const NewAccount& account, std::int64_t now);

/// Whoever is signed in as the user has to sign in with it.
void replace_password(sql::Writer& writer, std::int64_t user, const std::string& hash);

/// Makes a configured account with its profile, or brings rank and address up to date, the latter if there is
/// one. Gives the user.
std::int64_t provision_account(sql::Writer& writer, const Account& account, std::int64_t now);

/// A configured password as it is stored.
struct NewPassword {
  std::string hash;
  std::string
      mark;  ///< tells that the configuration's is the same as before; empty: it is not the configuration's
};

/// As `replace_password`.
void provision_password(sql::Writer& writer, std::int64_t user, const NewPassword& password);

}  // namespace lok
