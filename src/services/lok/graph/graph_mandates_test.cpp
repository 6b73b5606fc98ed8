#include "services/lok/graph/graph_fixture.h"

namespace lok {
namespace {

class GraphMandates : public Graph {
 protected:
  static std::string manifest(const std::string& app, const std::string& more = "") {
    return R"({identifier: ")" + app + R"(", version: "1", scopes: ["openid"])" + more + "}";
  }
  /// The manifest an app logs in with.
  static std::string login(const std::string& app, const std::string& device,
                           const std::string& version = "1") {
    return R"({"identifier":")" + app + R"(","version":")" + version +
           R"(","scopes":["openid"],"device_id":")" + device + "\"}";
  }
  Json issue(const std::string& input) {
    return ask(
        "mutation { issueMandateKey(input: {" + input +
        "}) { key mandate { id keyPrefix claimant origin label isLive subject { identifier version scopes }"
        " grantor { username } hub { identifier } } } }");
  }
  std::string key_of(const Json& answer, const std::string& field = "issueMandateKey") {
    EXPECT_EQ(answer.find("errors"), nullptr) << answer.dump();
    return answer["data"][field]["key"].as_string();
  }
  /// Makes an agent mandate for the app `deployer` and becomes that app.
  std::string become_deployer(const std::string& more = "") {
    become("key-one", "d");
    const std::string mandate =
        value("mutation { createMandate(input: {agent: \"deployer\", manifest: " + manifest("plugin") + more +
                  "}) { id } }",
              {"createMandate", "id"});
    become_app("key-two", login("deployer", "host"));
    return mandate;
  }
  std::string child(const std::string& mandate, const std::string& device, const std::string& more = "") {
    return "mutation { issueChildMandateKey(input: {mandate: \"" + mandate + "\", deviceId: \"" + device +
           "\"" + more +
           "}) { key mandate { id origin parent { id } subject { identifier } grantor { username } } } }";
  }
};

INSTANTIATE_TEST_SUITE_P(Both, GraphMandates, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(GraphMandates, AnAppGivesAKeyThatLogsAnotherIn) {
  become("key-one", "d");
  const Json answer = issue("manifest: " + manifest("counter") + R"(, expiresInDays: 1, label: "Bench")");
  const std::string key = key_of(answer);
  const Json& mandate = answer["data"]["issueMandateKey"]["mandate"];
  EXPECT_EQ(mandate["keyPrefix"].as_string(), key.substr(0, 6));
  EXPECT_GE(key.size(), 43u);
  EXPECT_EQ(mandate["claimant"].as_string() + " " + mandate["origin"].as_string(), "KEY CLIENT");
  EXPECT_EQ(mandate["grantor"]["username"].as_string(), "ada");
  EXPECT_EQ(mandate["hub"]["identifier"].as_string(), "main");
  EXPECT_EQ(mandate["subject"].dump(), R"({"identifier":"counter","version":"1","scopes":["openid"]})");
  EXPECT_EQ(rows("select count(*) from mandate where key_hash = $1", {key}).integer(0, 0), 0);
  EXPECT_EQ(error_of(log_in(key, login("counter", "pc"))), "granted");
  EXPECT_EQ(error_of(log_in(key, login("other-app", "pc"))), "invalid_grant");
  EXPECT_EQ(error_of(log_in(key, login("counter", "pc", "2"))), "invalid_grant");
}

TEST_P(GraphMandates, AKeyMayBeForAnyVersionAndForOneDevice) {
  become("key-one", "d");
  const std::string key = key_of(issue("manifest: " + manifest("counter", R"(, deviceId: "pc")") +
                                       ", expiresInDays: 30, anyVersion: true"));
  EXPECT_EQ(error_of(log_in(key, login("counter", "pc", "7"))), "granted");
  EXPECT_EQ(error_of(log_in(key, login("counter", "laptop"))), "invalid_grant");
  EXPECT_EQ(value("{ mandates(ordering: [{id: DESC}]) { subject { version } } }", {"mandates"}).substr(0, 33),
            R"([{"subject":{"version":null}},{"s)");
}

TEST_P(GraphMandates, NothingIsGivenThatTheAppDoesNotHave) {
  become("key-one", "d");
  EXPECT_EQ(error_code("mutation { issueMandateKey(input: {expiresInDays: 1, manifest: {identifier: \"a\","
                       " version: \"1\", scopes: [\"images\"]}}) { key } }"),
            "VALIDATION_ERROR");
  EXPECT_EQ(error_code(
                "mutation { createMandate(input: {agent: \"deployer\", manifest: {identifier: \"a\", version:"
                " \"1\", requirements: [{key: \"mikro\", service: \"live.arkitekt.mikro\"}]}}) { id } }"),
            "VALIDATION_ERROR");
  for (const char* days : {"0", "31", "-1"}) {
    EXPECT_EQ(error_code("mutation { issueMandateKey(input: {expiresInDays: " + std::string(days) +
                         ", manifest: " + manifest("a") + "}) { key } }"),
              "VALIDATION_ERROR");
  }
  const std::string elsewhere = std::to_string(number("select id from hub where identifier = 'elsewhere'"));
  EXPECT_EQ(error_code("mutation { issueMandateKey(input: {expiresInDays: 1, hub: \"" + elsewhere +
                       "\", manifest: " + manifest("a") + "}) { key } }"),
            "VALIDATION_ERROR");
  EXPECT_EQ(number("select count(*) from mandate"), 2);
}

TEST_P(GraphMandates, AKeyDoesNotOutliveTheRightItComesFrom) {
  const Json issued = administration_.run(
      "mandate add",
      Json::object({{"user", "ada"}, {"organization", "lab"}, {"any_app", true}, {"expires", "1h"}}));
  become(issued["key"].as_string(), "d");
  key_of(issue("manifest: " + manifest("counter") + ", expiresInDays: 30"));
  EXPECT_EQ(number("select count(distinct expires_at) from mandate where expires_at is not null"), 1);
  // And goes with the client it came from.
  administration_.run("mandate remove", Json::object({{"id", issued["id"]}}));
  EXPECT_EQ(number("select count(*) from mandate where label = 'counter'"), 0);
}

TEST_P(GraphMandates, AnAgentGivesOneKeyADevice) {
  const std::string mandate = become_deployer(", maxClients: 2");
  const Json first = ask(child(mandate, "pod-1"));
  const std::string first_key = key_of(first, "issueChildMandateKey");
  EXPECT_EQ(first["data"]["issueChildMandateKey"]["mandate"]["origin"].as_string(), "AGENT");
  EXPECT_EQ(first["data"]["issueChildMandateKey"]["mandate"]["parent"]["id"].as_string(), mandate);
  EXPECT_EQ(first["data"]["issueChildMandateKey"]["mandate"]["grantor"]["username"].as_string(), "ada");
  EXPECT_EQ(error_of(log_in(first_key, login("plugin", "pod-1"))), "granted");
  EXPECT_EQ(error_of(log_in(first_key, login("plugin", "pod-2"))), "invalid_grant");

  // A second for the device takes the place of the first.
  const std::string second_key = key_of(ask(child(mandate, "pod-1")), "issueChildMandateKey");
  EXPECT_EQ(error_of(log_in(first_key, login("plugin", "pod-1"))), "invalid_grant");
  EXPECT_EQ(error_of(log_in(second_key, login("plugin", "pod-1"))), "granted");
  EXPECT_EQ(number("select count(*) from mandate where revocation_reason = 'SUPERSEDED'"), 1);

  key_of(ask(child(mandate, "pod-2")), "issueChildMandateKey");
  EXPECT_EQ(error_code(child(mandate, "pod-3")), "VALIDATION_ERROR") << "two keys at most";
  EXPECT_EQ(error_code(child(mandate, "pod-4", ", expiresInDays: 400")), "VALIDATION_ERROR");
}

TEST_P(GraphMandates, OnlyTheAgentThatIsNamedMayGiveKeys) {
  const std::string mandate = become_deployer();
  EXPECT_EQ(value("{ mandate(id: \"" + mandate + "\") { agentIdentifier } }", {"mandate", "agentIdentifier"}),
            "deployer");
  become_app("key-two", login("another", "host"));
  EXPECT_EQ(error_code(child(mandate, "pod")), "NOT_FOUND");
  EXPECT_EQ(error_code("{ mandate(id: \"" + mandate + "\") { id } }"), "NOT_FOUND");

  const std::string on_host = become_deployer(R"(, agentDeviceId: "host")");
  key_of(ask(child(on_host, "pod")), "issueChildMandateKey");
  become_app("key-two", login("deployer", "another-host"));
  EXPECT_EQ(error_code(child(on_host, "pod")), "NOT_FOUND");

  const std::string as_ada = become_deployer(
      ", agentUser: " + std::to_string(number("select id from user_account where username = 'ada'")));
  EXPECT_EQ(error_code(child(as_ada, "pod")), "NOT_FOUND") << "the deployer acts for bob";
}

TEST_P(GraphMandates, RevocationReachesWhatWasIssuedBelow) {
  const std::string mandate = become_deployer();
  const std::string key = key_of(ask(child(mandate, "pod")), "issueChildMandateKey");
  EXPECT_EQ(error_of(log_in(key, login("plugin", "pod"))), "granted");
  EXPECT_EQ(error_code("mutation { revokeMandate(input: {id: \"" + mandate + "\"}) { id } }"), "NOT_FOUND")
      << "the agent may issue, not revoke";
  become("key-one", "d");
  const std::string revoke =
      "mutation { revokeMandate(input: {id: \"" + mandate +
      "\"}) { isLive revocationReason children { revocationReason clients { id } } } }";
  const std::string told = R"({"data":{"revokeMandate":{"isLive":false,"revocationReason":"REVOKED",)"
                           R"("children":[{"revocationReason":"PARENT_REVOKED","clients":[]}]}}})";
  EXPECT_EQ(ask(revoke).dump(), told);
  EXPECT_EQ(ask(revoke).dump(), told) << "once more changes nothing";
  EXPECT_EQ(error_of(log_in(key, login("plugin", "pod"))), "invalid_grant");
  become_app("key-two", login("deployer", "host"));
  EXPECT_EQ(error_code(child(mandate, "pod")), "VALIDATION_ERROR");
}

TEST_P(GraphMandates, AreRevokedByTheirGrantorAndAdministratorsOnly) {
  const std::string of_ada = std::to_string(number("select id from mandate where label = 'first'"));
  const std::string of_bob = std::to_string(number("select id from mandate where label = 'second'"));
  become("key-two", "d");
  EXPECT_EQ(error_code("mutation { revokeMandate(input: {id: \"" + of_ada + "\"}) { id } }"), "NOT_FOUND");
  become_member("bob", "other");  // an administrator, but of another organization
  EXPECT_EQ(error_code("mutation { revokeMandate(input: {id: \"" + of_ada + "\"}) { id } }"), "NOT_FOUND");
  EXPECT_EQ(number("select count(*) from mandate where revoked_at is not null"), 0);
  become("key-one", "d");
  EXPECT_EQ(value("mutation { revokeMandate(input: {id: \"" + of_bob + "\"}) { label } }",
                  {"revokeMandate", "label"}),
            "second");
  EXPECT_EQ(error_of(log_in("key-two", login("my-app", "d"))), "invalid_grant");
}

}  // namespace
}  // namespace lok
