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
    // Names that differ in case only are one person's; it is written as it was first.
    const sql::Rows there = writer.query(
        "select username from user_account where lower(username) = lower($1)", {account.username});
    const std::string name = there.empty() ? account.username : std::string(there.text(0, 0));
    const std::int64_t user =
        provision_account(writer, {name, account.password, account.email, true}, base::now_micros());
    writer.execute("update user_account set active = 1 where id = $1", {user});
    // Without a mark the configuration does not take the password for its own.
    provision_password(writer, user, {hash, ""});
  });
}

}  // namespace lok
