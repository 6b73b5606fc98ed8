#include "services/lok/administration/superuser.h"

#include "base/clock.h"
#include "services/lok/people/accounts.h"
#include "services/lok/people/password.h"
#include "services/lok/people/password_rules.h"

namespace lok {

void ensure_superuser(sql::Database& database, const Superuser& account) {
  check_username(account.username);
  check_password(account.password, account.username);
  const std::string hash = hash_password(account.password);
  database.write([&](sql::Writer& writer) {
    const std::int64_t user = provision_account(
        writer, {account.username, account.password, account.email, true}, base::now_micros());
    // Without a mark the configuration does not take the password for its own.
    provision_password(writer, user, {hash, ""});
  });
}

}  // namespace lok
