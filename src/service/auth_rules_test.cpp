#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graphql/schema/schema.h"
#include "service/auth.h"
#include "service/auth_testing.h"

namespace service {
namespace {

using graphql::ast::Directive;
using Lists = std::vector<std::pair<std::string, std::vector<std::string>>>;

Directive auth(std::string_view argument, const std::vector<std::string>& required) {
  graphql::ast::Value list;
  list.kind = graphql::ast::Value::Kind::kList;
  for (const std::string& one : required) {
    graphql::ast::Value item;
    item.kind = graphql::ast::Value::Kind::kString;
    item.text = one;
    list.items.push_back(item);
  }
  Directive directive;
  directive.name = "auth";
  directive.arguments.push_back({std::string(argument), list, {}});
  return directive;
}

Identity caller() {
  Identity identity;
  identity.claims.roles = {"editor", "viewer"};
  identity.claims.scopes = {"openid", "email"};
  identity.rows.organization_roles = {"labeler"};
  return identity;
}

void expect_refused(const Directive& directive, std::string_view message, std::string_view reason,
                    const Lists& lists) {
  const Identity identity = caller();
  try {
    require(&identity, directive);
    FAIL() << "not refused: " << message;
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kPermissionDenied);
    EXPECT_EQ(error.message(), message);
    EXPECT_EQ(error.reason(), reason);
    EXPECT_EQ(error.lists(), lists);
  }
}

TEST(Require, RefusesNobody) {
  EXPECT_EQ(service_testing::reason_of([] { require(nullptr, Directive{}); }), "NOT_AUTHENTICATED");
}

TEST(Require, TakesAnyCallerWhereNothingIsAsked) {
  const Identity identity = caller();
  EXPECT_NO_THROW(require(&identity, Directive{}));
  Directive null_argument;
  null_argument.arguments.push_back({"any_role_of", graphql::ast::Value{}, {}});
  EXPECT_NO_THROW(require(&identity, null_argument));
}

TEST(Require, TakesACallerWhoHasWhatIsAsked) {
  const Identity identity = caller();
  EXPECT_NO_THROW(require(&identity, auth("required_scopes", {"openid", "email"})));
  EXPECT_NO_THROW(require(&identity, auth("any_scope_of", {"x", "email"})));
  EXPECT_NO_THROW(require(&identity, auth("required_roles", {"viewer", "editor"})));
  EXPECT_NO_THROW(require(&identity, auth("any_role_of", {"admin", "editor", "bot"})));
  EXPECT_NO_THROW(require(&identity, auth("required_org_roles", {"labeler"})));
  EXPECT_NO_THROW(require(&identity, auth("any_org_role_of", {"owner", "labeler"})));
}

Directive written(std::string_view argument) {
  const auto schema = graphql::Schema::from_sdl({fmt::format("type Query {{ x: Int @auth({}) }}", argument)});
  return *graphql::ast::find_directive(*schema->query()->field("x")->directives, "auth");
}

TEST(Require, TakesOneTextForAListOfOne) {
  const Identity identity = caller();
  EXPECT_NO_THROW(require(&identity, written(R"(any_role_of: "editor")")));
  expect_refused(written(R"(any_role_of: "admin")"), "User does not have any of the required roles: admin",
                 "INSUFFICIENT_ROLE", {{"requiredAnyRoleOf", {"admin"}}});
}

TEST(Require, RefusesEverybodyWhereARuleIsNoText) {
  const Identity identity = caller();
  for (const char* wrong :
       {"any_role_of: 1", "any_role_of: {a: 1}", "required_scopes: [1]", "required_scopes: [null]"}) {
    EXPECT_THROW(require(&identity, written(wrong)), base::Error) << wrong;
  }
}

std::string start_with(std::string_view sdl) {
  try {
    check_auth(*graphql::Schema::from_sdl({sdl}));
    return "starts";
  } catch (const base::Error& error) {
    return error.message();
  }
}

TEST(Start, TakesRulesThatCanBeHeld) {
  EXPECT_EQ(start_with(R"(
    type Query {
      a: Int @auth  b: Int @auth(any_role_of: "x", required_scopes: ["y", "z"], required_roles: null)
      c: Int @auth(allow_scoped: true)
    }
    type Mutation { d: Int @auth(any_org_role_of: []) }
    type Subscription { e: Int @auth(required_org_roles: ["x"]) }
  )"),
            "starts");
}

TEST(Start, RefusesRulesThatNobodyWouldHold) {
  EXPECT_EQ(start_with("type Query { a: Int @auth(any_role_of: 7) }"),
            "Schema: Query.a: @auth any_role_of must be a text or a list of texts.");
  EXPECT_EQ(start_with("type Query { a: Int @auth(any_role_of: [\"x\", 7]) }"),
            "Schema: Query.a: @auth any_role_of must be a text or a list of texts.");
  EXPECT_EQ(start_with("type Query { a: Int @auth(required_role: \"x\") }"),
            "Schema: Query.a: @auth has no argument required_role.");
  EXPECT_EQ(start_with("type Query { a: Thing } type Thing { b: Int @auth }"),
            "Schema: Thing.b: @auth guards root fields only.");
}

TEST(Require, NamesTheMissingScopes) {
  expect_refused(auth("required_scopes", {"a"}), "User does not have the required scopes: ['a']",
                 "INSUFFICIENT_SCOPE", {{"requiredScopes", {"a"}}});
  expect_refused(auth("required_scopes", {"openid", "b"}),
                 "User does not have the required scopes: ['openid', 'b']", "INSUFFICIENT_SCOPE",
                 {{"requiredScopes", {"openid", "b"}}});
  expect_refused(auth("any_scope_of", {"a", "b"}),
                 "User does not have any of the required scopes: ['a', 'b']", "INSUFFICIENT_SCOPE",
                 {{"requiredAnyScopeOf", {"a", "b"}}});
}

TEST(Require, NamesTheMissingRoles) {
  expect_refused(auth("required_roles", {"editor", "admin"}),
                 "User does not have the required roles: editor, admin", "INSUFFICIENT_ROLE",
                 {{"requiredRoles", {"editor", "admin"}}});
  expect_refused(auth("any_role_of", {"admin", "bot"}),
                 "User does not have any of the required roles: admin, bot", "INSUFFICIENT_ROLE",
                 {{"requiredAnyRoleOf", {"admin", "bot"}}});
}

TEST(Require, HoldsOrganizationRolesAgainstTheStoredMembership) {
  expect_refused(auth("required_org_roles", {"editor"}),
                 "User does not have the required organization roles: editor",
                 "INSUFFICIENT_ORGANIZATION_ROLE", {{"requiredOrganizationRoles", {"editor"}}});
  expect_refused(auth("any_org_role_of", {"editor", "viewer"}),
                 "User does not have any of the required organization roles: editor, viewer",
                 "INSUFFICIENT_ORGANIZATION_ROLE", {{"requiredAnyOrganizationRoleOf", {"editor", "viewer"}}});
}

}  // namespace
}  // namespace service
