// A service as the transports see it: who calls, what an operation reads, who
// probably comes back.
#include "service/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "service/auth_testing.h"
#include "service/call.h"
#include "sql/testing/databases.h"

namespace service {
namespace {

using base::Json;
using service_testing::claims;
using service_testing::reason_of;
using service_testing::token;
using testing::HasSubstr;

constexpr std::string_view kSchema = R"(
  type Organization @entity(scope: GLOBAL) { id: ID!  slug: String! }
  type Shelf @entity { id: ID!  name: String!  books: [Book!]! @many(by: "shelf") }
  type Book @entity(scope: VIA, path: "shelf") { id: ID!  title: String!  shelf: Shelf! @ref }
  type Query {
    shelves: [Shelf!]! @auth(required_scopes: ["openid"])
    secrets: [Shelf!]! @auth(required_scopes: ["keeper"])
    greeting: String!
  }
)";

struct OneMember : IdentityDirectory {
  IdentityRows expand(const Claims& claims) override {
    return {.organization = 1, .user = 2, .client = 3, .membership = 4, .organization_roles = claims.roles};
  }
  bool refresh(IdentityRows&) override { return true; }
};

Definition library() {
  Definition definition;
  definition.name = "library";
  definition.documents = {kSchema};
  definition.registry.answers["Query.greeting"] = [](entity::Call& call, const Json&) {
    const Call& caller = call_of(call);
    return Json(std::to_string(caller.organization) + std::to_string(caller.user) +
                std::to_string(caller.client) + caller.who->claims.sub);
  };
  return definition;
}

class RunningService : public testing::Test {
 protected:
  RunningService() {
    service_.migrate();
    database_->write([](sql::Writer& writer) {
      writer.execute("insert into organization (slug) values ('ours'), ('theirs')");
      writer.execute("insert into shelf (organization_id, name) values (1, 'a'), (2, 'b')");
    });
  }

  Json ask(std::string_view query) {
    const auto who = service_.authenticate({nullptr, token(claims()), nullptr});
    const auto context = service_.context(who);
    const auto plan = plans_.get(query, "");
    graphql::Executor::Hooks hooks;
    hooks.around = [&](const std::function<void()>& resolve) { service_.around(*context, *plan, resolve); };
    Json answer;
    executor_.execute(plan, Json::object(), context, std::move(hooks),
                      [&](const graphql::Response& response) { answer = Json::parse(response.json); });
    return answer;
  }
  std::uint64_t reads_of(std::string_view query) {
    const std::uint64_t before = database_->stats().reads;
    ask(query);
    return database_->stats().reads - before;
  }

  sql_testing::FreshDatabase fresh_{sql::Dialect::kSqlite};
  std::unique_ptr<sql::Database> database_ = fresh_.open();
  OneMember directory_;
  TokenVerifier verifier_{service_testing::config(), {}, [] { return service_testing::kNow; }};
  Authenticator authenticator_{verifier_, directory_};
  net::EventLoop loop_{1};
  net::WorkerPool workers_{"test", 1};
  Service service_{{loop_, workers_, *database_, authenticator_}, library()};
  graphql::Executor executor_{{&service_.schema(), [](const auto*) {}}, service_.binding().resolvers()};
  graphql::PlanCache plans_{executor_};
};

TEST_F(RunningService, KnowsItsCallerByHeaderAndByToken) {
  net::Headers headers;
  EXPECT_EQ(reason_of([&] { service_.authenticate({&headers, "", nullptr}); }), "NO_AUTHORIZATION_HEADER");
  headers.add("authorization", "Bearer " + token(claims()));
  EXPECT_NE(service_.authenticate({&headers, "", nullptr}), nullptr);
  EXPECT_NE(service_.authenticate({nullptr, token(claims()), nullptr}), nullptr);
  EXPECT_EQ(reason_of([&] { service_.authenticate({nullptr, "x", nullptr}); }), "TOKEN_MALFORMED");
}

TEST_F(RunningService, TellsCodeWhoCalls) {
  EXPECT_EQ(ask("{ greeting }")["data"]["greeting"].as_string(), "123" + claims()["sub"].as_string());
}

TEST_F(RunningService, ShowsTheCallersRowsWithinASnapshot) {
  EXPECT_EQ(ask("{ shelves { name books { title } } }")["data"].dump(),
            R"({"shelves":[{"name":"a","books":[]}]})");
  EXPECT_EQ(reads_of("{ shelves { name books { title } } }"), 1U);
}

TEST_F(RunningService, LeavesTheDatabaseAloneForIntrospection) {
  EXPECT_EQ(reads_of("{ __schema { queryType { name } } __typename }"), 0U);
}

TEST_F(RunningService, HoldsTheCallerAgainstTheFieldsRules) {
  const Json answer = ask("{ secrets { name } }");
  EXPECT_TRUE(answer["data"].is_null());
  EXPECT_EQ(answer["errors"].items()[0]["extensions"]["reason"].as_string(), "INSUFFICIENT_SCOPE");
}

TEST_F(RunningService, MigratesTwiceWithoutHarm) {
  service_.migrate();
  EXPECT_EQ(ask("{ shelves { name } }")["data"].dump(), R"({"shelves":[{"name":"a"}]})");
}

TEST_F(RunningService, DoesNotStartWithCodeTheSchemaLacks) {
  Definition wrong = library();
  wrong.registry.answers["Query.nothing"] = [](entity::Call&, const Json&) { return Json(); };
  try {
    const Service service({loop_, workers_, *database_, authenticator_}, std::move(wrong));
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("Query.nothing: the schema has no such field"));
  }
}

// --- when a token was issued ---------------------------------------------------

TEST_F(RunningService, ReadsWhenATokenWasIssuedAndNothingElse) {
  const auto issued = [&](const Json& when) {
    Json payload = claims();
    payload.set("iat", when);
    return service_.issued_at(token(payload));
  };
  EXPECT_EQ(issued(Json(1'700'000'000)), 1'700'000'000'000'000);
  EXPECT_EQ(issued(Json("yesterday")), std::nullopt);
  EXPECT_EQ(issued(Json::parse("1e300")), std::nullopt);
  EXPECT_EQ(issued(Json::parse("-1")), std::nullopt);
  EXPECT_EQ(service_.issued_at(""), std::nullopt);
  EXPECT_EQ(service_.issued_at("a.b.c"), std::nullopt);
}

}  // namespace
}  // namespace service
