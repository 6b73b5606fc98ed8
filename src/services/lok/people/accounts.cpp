#include "services/lok/people/accounts.h"

#include "base/error.h"
#include "sql/nullable.h"

namespace lok {
namespace {

using base::Error;
namespace code = base::code;

constexpr std::size_t kLongestName = 150;

}  // namespace

void check_username(std::string_view name) {
  const bool fits =
      !name.empty() && name.size() <= kLongestName &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@.+-_") ==
          std::string_view::npos;
  if (fits) return;
  throw Error(code::kValidation, "A username has 1 to {} letters, digits and `@.+-_`.", kLongestName);
}

std::int64_t write_account(sql::Writer& writer, const NewAccount& account, std::int64_t now) {
  if (!writer.query("select 1 from user_account where lower(username) = lower($1)", {account.username})
           .empty()) {
    throw Error(code::kConflict, "There is a user '{}' already.", account.username);
  }
  const std::int64_t user = writer.insert(
      "insert into user_account (username, email, superuser, password_hash, created_at)"
      " values ($1, $2, $3, $4, $5) returning id",
      {account.username, account.email.empty() ? sql::Value() : sql::Value(account.email),
       sql::flag(account.superuser), account.password_hash, now});
  writer.execute("insert into profile (user_id, name) values ($1, $2)",
                 {user, account.name.empty() ? account.username : account.name});
  return user;
}

void replace_password(sql::Writer& writer, std::int64_t user, const std::string& hash) {
  writer.execute("update user_account set password_hash = $1 where id = $2", {hash, user});
  writer.execute("delete from web_session where user_id = $1", {user});
}

std::int64_t provision_account(sql::Writer& writer, const Account& account, std::int64_t now) {
  const std::int64_t user = writer.insert(
      "insert into user_account (username, email, superuser, created_at) values ($1, $2, $3, $4)"
      " on conflict (username) do update set superuser = excluded.superuser,"
      " email = coalesce(excluded.email, user_account.email) returning id",
      {account.username, account.email.empty() ? sql::Value() : sql::Value(account.email),
       sql::flag(account.superuser), now});
  writer.execute("insert into profile (user_id, name) values ($1, $2) on conflict (user_id) do nothing",
                 {user, account.username});
  return user;
}

void provision_password(sql::Writer& writer, std::int64_t user, const NewPassword& password) {
  replace_password(writer, user, password.hash);
  writer.execute("update user_account set password_mark = $1 where id = $2", {password.mark, user});
}

}  // namespace lok
