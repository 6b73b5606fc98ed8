#include "services/rekuest/settings.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace rekuest {
namespace {

using testing::HasSubstr;
using testing::Not;

Settings read(const std::string& text) {
  const base::Config config = base::Config::load(
      {.file = "rekuest.yaml", .text = text, .environment = {}, .flags = {}}, base::Config::Unknown::kRefuse);
  Settings settings = Settings::read(config);
  config.finish();
  return settings;
}

std::string problem_of(const std::string& text) {
  try {
    read(text);
    return "accepted";
  } catch (const base::Error& error) {
    return error.message();
  }
}

TEST(Settings, HaveDefaults) {
  const Settings settings = read("{}");
  EXPECT_EQ(settings.issuer, "rekuest");
  EXPECT_EQ(settings.token_lifetime, std::chrono::hours(24));
  EXPECT_FALSE(settings.signing_key);
  EXPECT_EQ(settings.retention.tasks.count(), 0) << "everything is kept";
  EXPECT_EQ(settings.retention.states.count(), 0);
  EXPECT_NE(settings.replica, read("{}").replica);
}

TEST(Settings, AreRead) {
  std::string pem = jose::Key::generate_ed25519("x").private_pem();
  for (std::size_t at = 0; (at = pem.find('\n', at)) != std::string::npos; at += 5)
    pem.replace(at, 1, "\n    ");
  const Settings settings = read(
      "replica: {name: one}\nretention: {tasks_days: 90, states_days: 30}\nagents: {grace_seconds: "
      "5}\nprovenance:\n  issuer: lab\n  key_id: k\n  lifetime_seconds: 60\n"
      "  private_key: |\n    " +
      pem);
  EXPECT_EQ(settings.replica, "one");
  EXPECT_EQ(settings.retention.tasks, std::chrono::days(90));
  EXPECT_EQ(settings.retention.states, std::chrono::days(30));
  EXPECT_EQ(settings.grace, std::chrono::seconds(5));
  EXPECT_EQ(settings.issuer, "lab");
  EXPECT_EQ(settings.token_lifetime, std::chrono::seconds(60));
  EXPECT_EQ(settings.signing_key.value().kid(), "k");
}

TEST(Settings, RefuseWhatCannotWork) {
  EXPECT_THAT(problem_of("provenance: {private_key: top-secret}"),
              testing::AllOf(HasSubstr("private Ed25519 key"), Not(HasSubstr("top-secret"))));
  EXPECT_THAT(problem_of("provenance:\n  lifetime_seconds: 0"), HasSubstr("rekuest.yaml:2"));
  EXPECT_THAT(problem_of("agents: {grace_seconds: 0}"), HasSubstr("agents.grace_seconds"));
  EXPECT_THAT(problem_of("retention: {tasks_days: -1}"), HasSubstr("retention.tasks_days"));
  EXPECT_THAT(problem_of("replica: {name: ''}"), HasSubstr("replica.name"));
  EXPECT_THAT(problem_of("replica: {nane: one}"), HasSubstr("name"));
}

}  // namespace
}  // namespace rekuest
