#include "services/lok/graph/graph_fixture.h"

namespace lok {
namespace {

class GraphInstances : public Graph {
 protected:
  std::string id(const std::string& sql) { return std::to_string(number(sql)); }
  std::string id_of_user(const std::string& name) {
    return id("select id from user_account where username = '" + name + "'");
  }
  const std::string mikro_ = id("select id from service_instance where instance_id = 'mikro'");
  static constexpr const char* kAskingForMikro =
      R"({"identifier":"my-app","version":"1","requirements":[{"key":"images","service":"live.arkitekt.mikro"}]})";
  std::string status_of_mikro() {
    return Json::parse(log_in("key-two", kAskingForMikro).body)["statuses"]["images"].as_string();
  }
};

INSTANTIATE_TEST_SUITE_P(Both, GraphInstances, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(GraphInstances, WhoMayUseOneIsDecidedByAdministrators) {
  const auto allow = [&](const std::string& lists) {
    return "mutation { updateServiceInstance(input: {id: \"" + mikro_ + "\", " + lists +
           "}) { allowedUsers { username } deniedUsers { username } allowedGroups { name } } }";
  };
  become("key-two", "d");
  EXPECT_EQ(error_code(allow("allowedUsers: []")), "PERMISSION_DENIED");
  EXPECT_EQ(status_of_mikro(), "granted");
  become_member("bob", "other");
  EXPECT_EQ(error_code(allow("allowedUsers: []")), "NOT_FOUND");
  become("key-one", "d");
  EXPECT_EQ(value(allow("deniedUsers: [\"" + id_of_user("bob") + "\"]"), {"updateServiceInstance"}),
            R"({"allowedUsers":[],"deniedUsers":[{"username":"bob"}],"allowedGroups":[]})");
  EXPECT_EQ(status_of_mikro(), "unavailable");
  EXPECT_EQ(value(allow("deniedUsers: [], allowedUsers: [\"" + id_of_user("ada") + "\"]"),
                  {"updateServiceInstance"}),
            R"({"allowedUsers":[{"username":"ada"}],"deniedUsers":[],"allowedGroups":[]})");
  EXPECT_EQ(status_of_mikro(), "unavailable");

  // A group of bob's lets him in, or keeps him out.
  execute("insert into user_group (name) values ('team')");
  execute("insert into user_group_member (group_id, user_id) values (1, " + id_of_user("bob") + ")");
  ask(allow("allowedGroups: [\"1\"]"));
  EXPECT_EQ(status_of_mikro(), "granted");
  ask("mutation { updateServiceInstance(input: {id: \"" + mikro_ + "\", deniedGroups: [\"1\"]}) { id } }");
  EXPECT_EQ(status_of_mikro(), "unavailable");

  execute("insert into user_account (username, created_at) values ('stranger', 0)");
  EXPECT_EQ(error_code(allow("allowedUsers: [\"" + id_of_user("stranger") + "\"]")), "NOT_FOUND");
  EXPECT_EQ(error_code(allow("allowedGroups: [\"99\"]")), "NOT_FOUND");
}

TEST_P(GraphInstances, ANewOneIsOfAServiceOfTheOrganization) {
  const auto create = [&](const std::string& name, const std::string& service) {
    return "mutation { createServiceInstance(input: {identifier: \"" + name + "\", service: \"" +
           id("select id from service where identifier = '" + service + "' order by id limit 1") +
           "\", allowedUsers: [\"" + id_of_user("bob") +
           "\"]}) { instanceId release { service { identifier } } allowedUsers { username } aliases { id } } "
           "}";
  };
  become("key-two", "d");
  EXPECT_EQ(error_code(create("second", "live.arkitekt.mikro")), "PERMISSION_DENIED");
  become("key-one", "d");
  EXPECT_EQ(value(create("second", "live.arkitekt.mikro"), {"createServiceInstance"}),
            R"({"instanceId":"second","release":{"service":{"identifier":"live.arkitekt.mikro"}},)"
            R"("allowedUsers":[{"username":"bob"}],"aliases":[]})");
  EXPECT_EQ(error_code(create("second", "live.arkitekt.mikro")), "CONFLICT");
  EXPECT_EQ(error_code(create("", "live.arkitekt.mikro")), "VALIDATION_ERROR");
  EXPECT_EQ(error_code(create("third", "live.arkitekt.fluss")), "NOT_FOUND") << "of the other organization";
}

TEST_P(GraphInstances, AClientsConfigurationIsRendered) {
  become_app("key-two", kAskingForMikro);
  const std::string client = std::to_string(who_->rows.client);
  const auto render = [&](const std::string& more) {
    return "mutation { render(input: {client: \"" + client + "\"" + more + "}) }";
  };
  const Json envelope = ask(render(""))["data"]["render"];
  EXPECT_EQ(envelope["self"]["deployment_name"].as_string(), "Lab");
  EXPECT_EQ(envelope["self"]["sub"].as_string(), id_of_user("bob"));
  EXPECT_EQ(envelope["self"]["alias"]["host"].as_string(), "lab.org") << "where the request came to";
  EXPECT_EQ(envelope["statuses"].dump(), R"({"images":"granted"})");
  const Json there = ask(render(R"(, request: {host: "other.org", port: "443", isSecure: true},
      manifest: {identifier: "x", version: "1", requirements: [{key: "s3", service: "live.arkitekt.s3"}]})"))
      ["data"]["render"];
  EXPECT_EQ(there["statuses"].dump(), R"({"s3":"granted"})");
  EXPECT_EQ(there["self"]["alias"]["host"].as_string(), "other.org");
  EXPECT_EQ(error_code(render(R"(, request: {host: "h", port: "no"})")), "VALIDATION_ERROR");

  become("key-one", "d");  // an administrator
  EXPECT_EQ(error_code(render("")).substr(0, 7), R"({"data")");
  become_member("bob", "other");
  EXPECT_EQ(error_code(render("")), "NOT_FOUND");
}

}  // namespace
}  // namespace lok
