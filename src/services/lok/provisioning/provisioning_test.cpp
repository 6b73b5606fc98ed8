#include "services/lok/provisioning/provisioning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <set>

#include "services/lok/lok_fixture.h"
#include "services/lok/people/password.h"
#include "sql/testing/postgres_server.h"

namespace lok {
namespace {

constexpr const char* kManifest = R"({"identifier":"app","version":"1","device_id":"d"})";

class Provisioning : public LokTest {
 protected:
  std::string everything() {
    std::string text;
    for (const char* table :
         {"user_account", "profile", "organization", "membership", "membership_role", "role", "scope", "hub",
          "service", "service_release", "service_instance", "instance_alias", "mandate", "client"}) {
      const sql::Rows all = rows(std::string("select * from ") + table + " order by 1, 2");
      for (std::size_t row = 0; row < all.size(); ++row) {
        for (std::size_t column = 0; column < all.columns(); ++column) {
          text += all.is_null(row, column) ? "~" : std::string(all.text(row, column));
          text += '|';
        }
        text += '\n';
      }
    }
    return text;
  }
};

TEST_P(Provisioning, TheSecondStartChangesNothing) {
  ASSERT_EQ(error_of(log_in("key-one", kManifest)), "granted");
  const std::string before = everything();
  provision(*database_, configuration_);
  EXPECT_EQ(everything(), before);
}

TEST_P(Provisioning, GivesEveryOrganizationItsRolesAndItsOwner) {
  EXPECT_EQ(number("select count(*) from role where builtin = 1"), 20);
  EXPECT_EQ(number("select count(*) from role where identifier = 'curator'"), 1);
  EXPECT_EQ(number("select count(*) from membership_role"
                   " join role on role.id = membership_role.role_id where role.identifier = 'admin'"),
            2);
  EXPECT_EQ(number("select count(*) from scope where value = 'images'"), 1);
  EXPECT_EQ(number("select count(*) from profile"), 2);
}

TEST_P(Provisioning, AliasesKeepTheirIdsWhenTheyChange) {
  const std::int64_t before = number("select id from instance_alias where key = 'fixed'");
  configuration_.hubs[0].instances[0].aliases[1].host = "new.org";
  std::swap(configuration_.hubs[0].instances[0].aliases[0], configuration_.hubs[0].instances[0].aliases[1]);
  provision(*database_, configuration_);
  EXPECT_EQ(number("select id from instance_alias where key = 'fixed'"), before);
  EXPECT_EQ(rows("select host from instance_alias where key = 'fixed'").text(0, 0), "new.org");
}

TEST_P(Provisioning, AKeyThatIsListedNoMoreDiesWithItsClients) {
  ASSERT_EQ(error_of(log_in("key-one", kManifest)), "granted");
  const auto keys = configuration_.mandate_keys;
  configuration_.mandate_keys.erase(configuration_.mandate_keys.begin());
  provision(*database_, configuration_);
  EXPECT_EQ(rows("select revocation_reason from mandate where label = 'first'").text(0, 0),
            "REMOVED_FROM_CONFIG");
  EXPECT_EQ(number("select count(*) from client"), 0);
  EXPECT_EQ(error_of(log_in("key-one", kManifest)), "invalid_grant");
  configuration_.mandate_keys = keys;
  provision(*database_, configuration_);
  EXPECT_EQ(error_of(log_in("key-one", kManifest)), "granted");
}

TEST_P(Provisioning, AKeyInUseKeepsItsApp) {
  ASSERT_EQ(error_of(log_in("key-one", kManifest)), "granted");
  provision(*database_, configuration_);
  EXPECT_EQ(error_of(log_in("key-one", R"({"identifier":"other","version":"1"})")), "invalid_grant");
}

TEST_P(Provisioning, StoresPasswordsHashedAndOnlyWhenTheyChange) {
  const auto hash = [&] {
    return std::string(rows("select password_hash from user_account where username = 'ada'").text(0, 0));
  };
  const std::string first = hash();
  EXPECT_TRUE(first.starts_with("$argon2id$"));
  EXPECT_TRUE(password_matches("one", first));
  EXPECT_FALSE(password_matches("two", first));
  provision(*database_, configuration_);
  EXPECT_EQ(hash(), first);
  configuration_.users[0].password = "changed";
  provision(*database_, configuration_);
  EXPECT_TRUE(password_matches("changed", hash()));
  configuration_.secret.clear();  // nothing to key a mark with: compared by hash
  const std::string third = hash();
  provision(*database_, configuration_);
  EXPECT_EQ(hash(), third);
}

TEST_P(Provisioning, AnotherPasswordEndsTheSessionsOfTheOld) {
  execute(
      "insert into web_session (token_hash, user_id, created_at, expires_at)"
      " select username, id, 0, 0 from user_account");
  provision(*database_, configuration_);
  EXPECT_EQ(number("select count(*) from web_session"), 2);
  configuration_.users[0].password = "changed";
  provision(*database_, configuration_);
  EXPECT_EQ(std::string(rows("select token_hash from web_session").text(0, 0)), "bob");
}

TEST_P(Provisioning, ADeclaredAppHasAKeyForItselfAlone) {
  configuration_.hubs[0].clients.push_back({"engine", "app", "engine-key"});
  provision(*database_, configuration_);
  EXPECT_EQ(error_of(log_in("engine-key", R"({"identifier":"other","version":"1"})")), "invalid_grant");
  EXPECT_EQ(error_of(log_in("engine-key", kManifest)), "granted");
}

TEST_P(Provisioning, RefusesAConfigurationThatContradictsItself) {
  Configuration unknown_owner = configuration_;
  unknown_owner.organizations[0].owner = "nobody";
  EXPECT_THROW(provision(*database_, unknown_owner), base::Error);
  Configuration stranger = configuration_;
  stranger.mandate_keys[0].user = "bob";
  stranger.mandate_keys[0].organization = "other";
  EXPECT_THROW(provision(*database_, stranger), base::Error);
}

TEST_P(Provisioning, GeneratedSecretsStay) {
  Configuration bare = configuration_;
  bare.secret.clear();
  const Secrets first = load_secrets(*database_, bare);
  const Secrets second = load_secrets(*database_, bare);
  EXPECT_EQ(first.device_secret, second.device_secret);
  EXPECT_EQ(first.signing_key.public_pem(), second.signing_key.public_pem());
  bare.private_key = jose::Key::generate_ed25519("lok-key-1").private_pem();
  EXPECT_THROW(load_secrets(*database_, bare), base::Error);
}

TEST_P(Provisioning, RefusesToSignWithAnotherKeyThanServicesWereTold) {
  Configuration told = configuration_;
  told.private_key = test_signing_key().private_pem();
  told.public_key = test_signing_key().public_pem();
  EXPECT_NO_THROW(load_secrets(*database_, told));
  told.public_key = jose::Key::generate_rsa2048("lok-key-1").public_pem();
  EXPECT_THROW(load_secrets(*database_, told), base::Error);
}

TEST(ProvisioningOfSeveralProcesses, OnAnEmptyDatabaseNobodyFailsAndAllAgree) {
  sql_testing::postgres_uri();  // the server ends with the thread that starts it
  sql_testing::FreshDatabase fresh(sql::Dialect::kPostgres);
  const entity::Model model(graphql::Schema::from_sdl(schema_documents()));
  Configuration configuration = read_configuration(kTestConfiguration);
  configuration.secret.clear();  // so that there is a secret to agree on
  std::vector<std::future<std::string>> processes;
  for (int i = 0; i < 4; ++i) {
    processes.push_back(std::async(std::launch::async, [&] {
      const auto database = fresh.open();
      entity::migrate(*database, model, "lok", 1);
      provision(*database, configuration);
      const Secrets secrets = load_secrets(*database, configuration);
      return secrets.device_secret + secrets.signing_key.public_pem();
    }));
  }
  std::set<std::string> secrets;
  for (std::future<std::string>& process : processes) secrets.insert(process.get());
  EXPECT_EQ(secrets.size(), 1u);
  fresh.open()->read(sql::Database::Snapshot::kSingle, [](sql::Reader& reader) {
    EXPECT_EQ(reader.query("select count(*) from hub").integer(0, 0), 2);
    EXPECT_EQ(reader.query("select count(*) from mandate").integer(0, 0), 2);
  });
}

INSTANTIATE_TEST_SUITE_P(Both, Provisioning, sql_testing::kBothDatabases, sql_testing::dialect_name);

}  // namespace
}  // namespace lok
