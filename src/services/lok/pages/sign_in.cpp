#include "services/lok/pages/sign_in.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "services/lok/people/password.h"
#include "sql/nullable.h"

namespace lok {
namespace {

constexpr std::size_t kLongestName = 150;
constexpr std::size_t kLongestPassword = 1'024;

bool may_be_a_name(const std::string& text) {
  return text.size() <= kLongestName && base::is_valid_utf8(text) && !base::contains_nul(text);
}

struct Account {
  Person person;
  std::string password_hash;
};

std::optional<Account> find_account(sql::Database& database, const std::string& username) {
  std::optional<Account> account;
  database.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    const sql::Rows rows = reader.query(
        "select id, username, password_hash from user_account where username = $1 and active = 1"
        " and password_hash is not null",
        {username});
    if (!rows.empty()) {
      account =
          Account{{rows.integer(0, 0), std::string(rows.text(0, 1)), 0, 0}, std::string(rows.text(0, 2))};
    }
  });
  return account;
}

}  // namespace

SignIn::Answer SignIn::check(const std::string& username, const std::string& password,
                             const std::string& network) {
  const std::string name = may_be_a_name(username) ? username : "";
  const std::int64_t now = base::monotonic_micros();
  if (!by_network_.take(network, now)) return {Outcome::kTooOften, {}};
  if (!by_name_.take(name, now)) return {Outcome::kTooOften, {}};

  const std::optional<Account> account = find_account(database_, name);
  // Somebody's hash has to be computed in any case: time tells, too.
  const bool matches =
      password_matches(password.substr(0, kLongestPassword), account ? account->password_hash : decoy_hash());
  if (!account || !matches) {
    base::log::info("lok.sign_in_refused", {{"network", network}});
    return {Outcome::kRefused, {}};
  }
  by_network_.give_back(network);
  by_name_.give_back(name);
  return {Outcome::kWelcome, account->person};
}

}  // namespace lok
