#include <gmock/gmock.h>

#include "services/lok/graph/graph_fixture.h"

namespace lok {
namespace {

TEST_P(Graph, AnswersTheClientsMe) {
  become("key-one", "d");
  const Json answer =
      ask("query Me { me { id username email firstName lastName avatar groups { id name __typename }"
          " profile { id name avatar { presignedUrl __typename } __typename } __typename } }");
  ASSERT_EQ(answer.find("errors"), nullptr) << answer.dump();
  const Json& me = answer["data"]["me"];
  EXPECT_EQ(me["username"].as_string(), "ada");
  EXPECT_EQ(me["email"].as_string(), "ada@lab.org");
  EXPECT_EQ(me["groups"].dump(), "[]");
  EXPECT_EQ(me["profile"]["name"].as_string(), "ada");
  EXPECT_TRUE(me["profile"]["avatar"].is_null());
  EXPECT_EQ(me["__typename"].as_string(), "User");
}

TEST_P(Graph, AnswersMycontextFromTheToken) {
  become("key-two", "d");
  const std::string own = std::to_string(who_->rows.organization);
  const Json answer =
      ask("query ($own: ID!) { mycontext { user { username } organization { slug name } roles scope hub { "
          "identifier }"
          " fitsActiveOrganization mine: memberOf(organization: $own) other: memberOf(organization: 999) } }",
          Json::object({{"own", own}}));
  EXPECT_EQ(answer.dump(),
            R"({"data":{"mycontext":{"user":{"username":"bob"},"organization":{"slug":"lab","name":"Lab"},)"
            R"("roles":["curator","viewer"],"scope":["openid"],"hub":{"identifier":"main"},)"
            R"("fitsActiveOrganization":true,"mine":true,"other":false}}})");
}

TEST_P(Graph, ShowsThePeopleAndOrganizationsOfTheCallerOnly) {
  become("key-one", "d");
  EXPECT_EQ(ask("{ users { username } organizations { slug } }").dump(),
            R"({"data":{"users":[{"username":"ada"},{"username":"bob"}],"organizations":[{"slug":"lab"}]}})");
  EXPECT_EQ(ask(R"({ users(filters: {search: "BO"}, pagination: {limit: 5}) { username } })").dump(),
            R"({"data":{"users":[{"username":"bob"}]}})");
  EXPECT_EQ(
      ask(R"({ users(filters: {NOT: {username: {exact: "ada"}}}, ordering: [{id: DESC}]) { username } })")
          .dump(),
      R"({"data":{"users":[{"username":"bob"}]}})");
  execute("insert into user_account (username, created_at) values ('stranger', 0)");
  const std::string stranger = std::to_string(number("select max(id) from user_account"));
  EXPECT_EQ(error_code("{ user(id: " + stranger + ") { username } }"), "NOT_FOUND");
  const std::string other = std::to_string(number("select id from organization where slug = 'other'"));
  EXPECT_EQ(error_code("{ organization(id: " + other + ") { slug } }"), "NOT_FOUND");
}

TEST_P(Graph, FindsAppsReleasesClientsAndDevices) {
  become("key-one", "bench");
  const std::string client_id = who_->claims.client_id;
  const Json answer =
      ask("query ($c: ID!) { app(identifier: \"my-app\") { identifier releases { version } }"
          " release(clientId: $c) { app { identifier } } client(clientId: $c) { name issueUrl kind user { "
          "username }"
          " publicSources { kind } } deviceByDeviceId(id: \"bench\") { deviceId nodeId } }",
          Json::object({{"c", client_id}}));
  ASSERT_EQ(answer.find("errors"), nullptr) << answer.dump();
  EXPECT_EQ(answer["data"]["app"].dump(), R"({"identifier":"my-app","releases":[{"version":"1"}]})");
  EXPECT_EQ(answer["data"]["client"]["name"].as_string(), "my-app:v1 by ada");
  EXPECT_EQ(answer["data"]["client"]["issueUrl"].as_string(), "https://host/repo/issues/new");
  EXPECT_EQ(answer["data"]["client"]["kind"].as_string(), "DEVELOPMENT");
  EXPECT_EQ(answer["data"]["deviceByDeviceId"]["deviceId"].as_string().size(), 64u);
  EXPECT_EQ(answer["data"]["deviceByDeviceId"]["deviceId"], answer["data"]["deviceByDeviceId"]["nodeId"]);
  EXPECT_EQ(error_code("{ app { id } }"), "VALIDATION_ERROR");
  EXPECT_EQ(error_code(R"({ deviceByDeviceId(id: "unknown") { id } })"), "NOT_FOUND");
}

TEST_P(Graph, ShowsInstancesAndScopesOfTheOrganization) {
  become("key-one", "d");
  const Json answer =
      ask("{ serviceInstances { instanceId release { service { identifier } } aliases { path kind } }"
          " scopes { value } hubs { name online } services(filters: {search: \"S3\"}) { identifier } }");
  ASSERT_EQ(answer.find("errors"), nullptr) << answer.dump();
  EXPECT_EQ(answer["data"]["serviceInstances"].items().size(), 2u);
  EXPECT_EQ(answer["data"]["serviceInstances"].items()[0]["release"]["service"]["identifier"].as_string(),
            "live.arkitekt.mikro");
  EXPECT_EQ(answer["data"]["scopes"].items().size(), 6u);
  EXPECT_EQ(answer["data"]["hubs"].dump(), R"([{"name":"main","online":false}])");
  EXPECT_EQ(answer["data"]["services"].dump(), R"([{"identifier":"live.arkitekt.s3"}])");
}

TEST_P(Graph, AMemberSeesOnlyMandatesOfTheirOwn) {
  become("key-two", "d");
  EXPECT_EQ(ask("{ mandates(filters: {live: true}) { label isLive origin subject { identifier } } }").dump(),
            R"({"data":{"mandates":[{"label":"second","isLive":true,"origin":"CONFIG",)"
            R"("subject":{"identifier":null}}]}})");
  const std::string of_ada = std::to_string(number("select id from mandate where label = 'first'"));
  EXPECT_EQ(error_code("{ mandate(id: " + of_ada + ") { id } }"), "NOT_FOUND");
  become("key-one", "d");  // an administrator
  EXPECT_EQ(ask("{ mandates { label } }")["data"]["mandates"].items().size(), 2u);
}

TEST_P(Graph, WhatIsNotBuiltSaysSo) {
  become("key-one", "d");
  EXPECT_EQ(error_code("{ _service { sdl } }"), "NOT_IMPLEMENTED");
  EXPECT_THAT(binding_.not_built(), testing::UnorderedElementsAre("Query._service"));
}

TEST_P(Graph, SaysThroughWhichNetworkAnAddressIsReached) {
  std::vector<AliasSettings>& aliases = configuration_.hubs[0].instances[0].aliases;
  aliases[1].reach = "lan";
  aliases.push_back(aliases[1]);
  aliases[2].id = "containers";
  aliases[2].kind = "docker";
  provision(*database_, configuration_);
  provision(*database_, configuration_);
  become("key-one", "d");
  EXPECT_EQ(ask("{ layers(ordering: [{name: ASC}]) { name identifier } }").dump(),
            R"({"data":{"layers":[{"name":"Containers","identifier":"live.arkitekt.layer.internal"},)"
            R"({"name":"Lab network","identifier":"live.arkitekt.layer.lan"}]}})");
  EXPECT_EQ(ask(R"({ serviceInstances(filters: {search: "mikro"}) { aliases { layer { name } } } })").dump(),
            R"({"data":{"serviceInstances":[{"aliases":[{"layer":null},{"layer":{"name":"Lab network"}},)"
            R"({"layer":{"name":"Containers"}}]}]}})");
}

TEST_P(Graph, CountsThePeopleOfTheOrganization) {
  become("key-one", "d");
  execute("insert into user_account (username, created_at) values ('stranger', 0)");
  const Json answer = ask(R"({ userStats { count distinctCount(field: CREATED_AT) min(field: CREATED_AT)
      series(field: CREATED_AT, timestampField: CREATED_AT, by: YEAR) { ts count } }
      of: userStats(filters: {search: "BO"}) { count } })");
  ASSERT_EQ(answer.find("errors"), nullptr) << answer.dump();
  EXPECT_EQ(answer["data"]["userStats"]["count"].dump(), "2");
  EXPECT_EQ(answer["data"]["userStats"]["series"].items().size(), 1u);
  EXPECT_EQ(answer["data"]["of"]["count"].dump(), "1");
}

INSTANTIATE_TEST_SUITE_P(Both, Graph, sql_testing::kBothDatabases, sql_testing::dialect_name);

}  // namespace
}  // namespace lok
