#include "services/lok/administration/superuser.h"

#include "services/lok/lok_fixture.h"
#include "services/lok/people/password.h"

namespace lok {
namespace {

class SuperuserTest : public LokTest {
 protected:
  std::string hash_of(const std::string& username) {
    return std::string(
        rows("select password_hash from user_account where username = $1", {username}).text(0, 0));
  }
};

TEST_P(SuperuserTest, IsMadeAndMadeAgainWithAnotherPassword) {
  ensure_superuser(*database_, {"root", "first-password", "root@lab.org"});
  execute(
      "insert into web_session (token_hash, user_id, created_at, expires_at)"
      " select username, id, 0, 0 from user_account");
  ensure_superuser(*database_, {"root", "second-password", ""});
  EXPECT_TRUE(password_matches("second-password", hash_of("root")));
  EXPECT_EQ(number("select count(*) from user_account where username = 'root' and superuser = 1"
                   " and email = 'root@lab.org'"),
            1);
  EXPECT_EQ(number("select count(*) from profile where name = 'root'"), 1);
  EXPECT_EQ(number("select count(*) from web_session where token_hash = 'root'"), 0);
  EXPECT_EQ(number("select count(*) from web_session"), 2);
}

TEST_P(SuperuserTest, AnAccountOfTheConfigurationIsWhatItSaysThereAtTheNextStart) {
  ensure_superuser(*database_, {"ada", "another-password", ""});
  EXPECT_TRUE(password_matches("another-password", hash_of("ada")));
  EXPECT_EQ(number("select superuser from user_account where username = 'ada'"), 1);
  provision(*database_, configuration_);
  EXPECT_TRUE(password_matches("one", hash_of("ada")));
  EXPECT_EQ(number("select superuser from user_account where username = 'ada'"), 0);
}

TEST_P(SuperuserTest, IsTheOneOfThatNameHoweverItIsWritten) {
  execute("update user_account set active = 0 where username = 'ada'");
  ensure_superuser(*database_, {"ADA", "another-password", ""});
  EXPECT_EQ(number("select count(*) from user_account"), 2);
  EXPECT_EQ(
      number("select count(*) from user_account where username = 'ada' and superuser = 1 and active = 1"), 1);
}

TEST_P(SuperuserTest, RefusesWhatCannotSignIn) {
  EXPECT_THROW(ensure_superuser(*database_, {"", "long-enough", ""}), base::Error);
  EXPECT_THROW(ensure_superuser(*database_, {"a b", "long-enough", ""}), base::Error);
  EXPECT_THROW(ensure_superuser(*database_, {"root", "short", ""}), base::Error);
  EXPECT_EQ(number("select count(*) from user_account"), 2);
}

INSTANTIATE_TEST_SUITE_P(Both, SuperuserTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

}  // namespace
}  // namespace lok
