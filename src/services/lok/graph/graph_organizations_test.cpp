#include "services/lok/graph/graph_fixture.h"

namespace lok {
namespace {

class GraphOrganizations : public Graph {
 protected:
  std::string id_of_user(const std::string& name) {
    return std::string(rows("select id from user_account where username = $1", {name}).text(0, 0));
  }
  std::string id_of_organization(const std::string& slug) {
    return std::string(rows("select id from organization where slug = $1", {slug}).text(0, 0));
  }
  /// Somebody with an organization of their own, who is no member of any other.
  void add_carol() {
    administration_.run("user add", Json::object({{"username", "carol"}, {"password", "long-enough"}}));
    administration_.run("organization add",
                        Json::object({{"name", "Far"}, {"slug", "far"}, {"owner", "carol"}}));
  }
  std::string invite(const std::string& input = "") {
    return value("mutation { createInvite(input: {" + input + "}) { token } }", {"createInvite", "token"});
  }
  std::string accept(const std::string& token) {
    return "mutation { acceptInvite(input: {token: \"" + token +
           "\"}) { organization { slug } roles { identifier } user { username } } }";
  }
};

INSTANTIATE_TEST_SUITE_P(Both, GraphOrganizations, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(GraphOrganizations, WhoFoundsOneOwnsItAndGetsItsServices) {
  become("key-two", "d");
  const Json answer = ask(
      R"(mutation { createOrganization(input: {name: "Bench Lab!", description: "Light"}) { id slug name description
         profile { name bio avatar { id } } } })");
  ASSERT_EQ(answer.find("errors"), nullptr) << answer.dump();
  const Json& made = answer["data"]["createOrganization"];
  EXPECT_EQ(made["slug"].as_string().substr(0, 10), "bench-lab-");
  EXPECT_EQ(made["slug"].as_string().size(), 16u);
  EXPECT_EQ(made["profile"].dump(), R"({"name":"Bench Lab!","bio":"Light","avatar":null})");
  become_member("bob", made["slug"].as_string());
  EXPECT_EQ(value("{ mycontext { roles } }", {"mycontext", "roles"}), R"(["admin"])");
  EXPECT_EQ(value("{ serviceInstances(ordering: [{id: ASC}]) { instanceId } }", {"serviceInstances"}),
            R"([{"instanceId":"mikro"},{"instanceId":"s3"}])");
  EXPECT_EQ(ask("{ roles(filters: {search: \"lab\"}) { identifier } }")["data"]["roles"].dump(),
            R"([{"identifier":"labeler"}])");
  EXPECT_EQ(error_code(R"(mutation { createOrganization(input: {name: ""}) { id } })"), "VALIDATION_ERROR");
}

TEST_P(GraphOrganizations, ServicesOfAFoundedOneFollowTheConfiguration) {
  add_carol();
  configuration_.hubs.front().instances.front().aliases.front().path = "moved";
  provision(*database_, configuration_);
  provision(*database_, configuration_);
  EXPECT_EQ(number("select count(*) from hub join organization on organization.id = hub.organization_id"
                   " where slug = 'far'"),
            1);
  EXPECT_EQ(number("select count(*) from instance_alias where path = 'moved'"), 2);
  EXPECT_EQ(number("select count(distinct uid) from hub"), 3);
}

TEST_P(GraphOrganizations, AreChangedByTheirAdministratorsOnly) {
  const std::string lab = id_of_organization("lab");
  const std::string update = "mutation { updateOrganization(input: {id: \"" + lab +
                             R"(", name: "Laboratory", description: "New"}) { name description } })";
  become("key-two", "d");
  EXPECT_EQ(error_code(update), "PERMISSION_DENIED");
  become_member("bob", "other");
  EXPECT_EQ(error_code(update), "NOT_FOUND");
  become("key-one", "d");
  EXPECT_EQ(ask(update)["data"]["updateOrganization"].dump(), R"({"name":"Laboratory","description":"New"})");
  EXPECT_EQ(error_code("mutation { updateOrganization(input: {id: \"" + lab + R"(", avatar: "1"}) { id } })"),
            "NOT_FOUND");

  // What was changed stays, unless the configuration is changed after that.
  provision(*database_, configuration_);
  EXPECT_EQ(value("{ organization(id: \"" + lab + "\") { name } }", {"organization", "name"}), "Laboratory");
  configuration_.organizations.front().name = "Renamed";
  provision(*database_, configuration_);
  EXPECT_EQ(value("{ organization(id: \"" + lab + "\") { name } }", {"organization", "name"}), "Renamed");
}

TEST_P(GraphOrganizations, ASlugChangesWhereTheConfigurationDoesNotNeedIt) {
  const auto rename = [&](const std::string& organization, const std::string& slug) {
    return "mutation { updateOrganization(input: {id: \"" + id_of_organization(organization) +
           "\", slug: \"" + slug + "\"}) { slug } }";
  };
  become("key-one", "d");
  EXPECT_EQ(error_code(rename("lab", "new")), "VALIDATION_ERROR");
  EXPECT_EQ(value(rename("lab", "lab"), {"updateOrganization", "slug"}), "lab");
  add_carol();
  become_member("carol", "far");
  EXPECT_EQ(error_code(rename("far", "lab")), "CONFLICT");
  EXPECT_EQ(error_code(rename("far", "With Space")), "VALIDATION_ERROR");
  EXPECT_EQ(value(rename("far", "near"), {"updateOrganization", "slug"}), "near");
}

TEST_P(GraphOrganizations, AMemberGetsOtherRoles) {
  const std::string add = "mutation { addUserToOrganization(input: {user: \"" + id_of_user("bob") +
                          "\", organization: \"" + id_of_organization("lab") +
                          R"(", roles: ["editor"]}) { roles { identifier } } })";
  become("key-two", "d");
  EXPECT_EQ(error_code(add), "PERMISSION_DENIED");
  become("key-one", "d");
  EXPECT_EQ(value(add, {"addUserToOrganization", "roles"}), R"([{"identifier":"editor"}])");
  EXPECT_EQ(
      error_code("mutation { addUserToOrganization(input: {user: \"" + id_of_user("bob") +
                 "\", organization: \"" + id_of_organization("lab") + R"(", roles: ["king"]}) { id } })"),
      "VALIDATION_ERROR");
}

TEST_P(GraphOrganizations, AStrangerIsInvitedAndNotAdded) {
  add_carol();
  become("key-one", "d");
  const auto add = [&](const std::string& user, const std::string& organization) {
    return "mutation { addUserToOrganization(input: {user: \"" + user + "\", organization: \"" +
           id_of_organization(organization) + R"(", roles: ["user"]}) { user { username } } })";
  };
  EXPECT_EQ(error_code(add(id_of_user("carol"), "lab")), "NOT_FOUND");
  EXPECT_EQ(error_code(add("999999", "lab")), "NOT_FOUND");
  EXPECT_EQ(error_code(add(id_of_user("bob"), "far")), "NOT_FOUND") << "of another organization";
  EXPECT_EQ(number("select count(*) from membership"), 4);
}

TEST_P(GraphOrganizations, AMemberHasColoursOfTheirOwn) {
  become("key-two", "d");
  const auto set = [&](const std::string& input) {
    return ask("mutation { updateMembershipColors(input: {" + input + "}) { brandHue brandChroma } }").dump();
  };
  EXPECT_EQ(set("brandHue: 20.5, brandChroma: 0.25"),
            R"({"data":{"updateMembershipColors":{"brandHue":20.5,"brandChroma":0.25}}})");
  EXPECT_EQ(set("brandHue: null"),
            R"({"data":{"updateMembershipColors":{"brandHue":null,"brandChroma":0.25}}})");
  EXPECT_EQ(error_code("mutation { updateMembershipColors(input: {brandHue: 361}) { id } }"),
            "VALIDATION_ERROR");
  EXPECT_EQ(error_code("mutation { updateMembershipColors(input: {brandChroma: -0.1}) { id } }"),
            "VALIDATION_ERROR");
}

TEST_P(GraphOrganizations, ShowOnlyWhatIsTheTokens) {
  become_member("bob", "other");  // who is a member of lab, too
  EXPECT_EQ(ask("{ organizations(ordering: [{name: DESC}]) { slug memberships { user { username } } users { "
                "username }"
                " activeUsers { username } invites { id } membershipRequests { id } } }")
                .dump(),
            R"({"data":{"organizations":[)"
            R"({"slug":"other","memberships":[{"user":{"username":"bob"}}],"users":[{"username":"bob"}],)"
            R"("activeUsers":[{"username":"bob"}],"invites":[],"membershipRequests":[]},)"
            R"({"slug":"lab","memberships":[{"user":{"username":"bob"}}],"users":[{"username":"bob"}],)"
            R"("activeUsers":[{"username":"bob"}],"invites":[],"membershipRequests":[]}]}})");
  become("key-one", "d");
  EXPECT_EQ(
      value("{ users(filters: {search: \"bob\"}) { memberships { organization { slug } } } }", {"users"}),
      R"([{"memberships":[{"organization":{"slug":"lab"}}]}])");
  execute(
      "update membership set blocked = 1 where organization_id = 1 and user_id ="
      " (select id from user_account where username = 'bob')");
  EXPECT_EQ(value("{ organizations { users { username } activeUsers { username } } }", {"organizations"}),
            R"([{"users":[{"username":"ada"},{"username":"bob"}],"activeUsers":[{"username":"ada"}]}])");
}

TEST_P(GraphOrganizations, AnInviteMakesOneMember) {
  add_carol();
  become("key-one", "d");
  const std::string token = invite(R"(roles: ["editor", "viewer"])");
  EXPECT_EQ(
      value("{ invites { status valid inviteUrl uses createdBy { username } createdFor { slug } mesh public"
            " collaborations { instance } } }",
            {"invites"}),
      R"([{"status":"pending","valid":true,"inviteUrl":"http://lab.org:8000/lok/invite?token=)" + token +
          R"(","uses":0,"createdBy":{"username":"ada"},"createdFor":{"slug":"lab"},"mesh":true,)"
          R"("public":false,"collaborations":null}])");
  become_member("carol", "far");
  EXPECT_EQ(ask(accept(token)).dump(),
            R"({"data":{"acceptInvite":{"organization":{"slug":"lab"},)"
            R"("roles":[{"identifier":"viewer"},{"identifier":"editor"}],"user":{"username":"carol"}}}})");
  EXPECT_EQ(value(accept(token), {}), "This invite has already been accepted");
  become_member("bob", "other");
  EXPECT_EQ(value(accept(token), {}), "This invite has already been accepted");
  EXPECT_EQ(value(accept("nonsense"), {}), "Invalid invite token");
  become("key-one", "d");
  EXPECT_EQ(
      value("{ invites(filters: {status: \"accepted\"}) { uses acceptedBy { username }"
            " createdMemberships { user { username } } } }",
            {"invites"}),
      R"([{"uses":1,"acceptedBy":{"username":"carol"},"createdMemberships":[{"user":{"username":"carol"}}]}])");
}

TEST_P(GraphOrganizations, AnInviteEndsByTimeByNoAndByItsMaker) {
  add_carol();
  become("key-one", "d");
  const std::string late = invite("expiresInDays: 1");
  const std::string unwanted = invite();
  const std::string withdrawn = invite("expiresInDays: null");
  execute("update invite set expires_at = 1 where token = '" + late + "'");
  const std::string id = std::to_string(number("select id from invite where token = '" + withdrawn + "'"));
  const std::string cancel = "mutation { cancelInvite(input: {id: \"" + id + "\"}) { status valid } }";
  EXPECT_EQ(ask(cancel).dump(), R"({"data":{"cancelInvite":{"status":"cancelled","valid":false}}})");
  EXPECT_EQ(error_code(cancel), "VALIDATION_ERROR");
  become_member("carol", "far");
  EXPECT_EQ(value("mutation { declineInvite(input: {token: \"" + unwanted +
                      "\"}) { status declinedBy { username } } }",
                  {"declineInvite"}),
            R"({"status":"declined","declinedBy":{"username":"carol"}})");
  EXPECT_EQ(value(accept(late), {}), "This invite has expired");
  EXPECT_EQ(value(accept(unwanted), {}), "This invite has been declined");
  EXPECT_EQ(value(accept(withdrawn), {}), "This invite has been cancelled");
  EXPECT_EQ(number("select count(*) from membership where organization_id = " + id_of_organization("lab")),
            2);
}

TEST_P(GraphOrganizations, AnInviteForSeveralEndsWithItsLastUse) {
  add_carol();
  become("key-one", "d");
  const std::string token = invite("maxUses: 2");
  const auto uses = [&] { return value("{ invites { status uses } }", {"invites"}); };
  EXPECT_EQ(ask(accept(token)).find("errors"), nullptr);
  EXPECT_EQ(uses(), R"([{"status":"pending","uses":0}])") << "a member uses up none";
  become_member("bob", "other");
  EXPECT_EQ(value("mutation { declineInvite(input: {token: \"" + token + "\"}) { status } }",
                  {"declineInvite", "status"}),
            "pending")
      << "it is for others, too";
  execute(
      "delete from membership where organization_id = 1 and user_id ="
      " (select id from user_account where username = 'bob')");
  EXPECT_EQ(ask(accept(token)).find("errors"), nullptr);
  become_member("carol", "far");
  EXPECT_EQ(ask(accept(token)).find("errors"), nullptr);
  EXPECT_EQ(value(accept(token), {}), "This invite has already been accepted");
  become("key-one", "d");
  EXPECT_EQ(uses(), R"([{"status":"accepted","uses":2}])");
}

TEST_P(GraphOrganizations, InvitesAreMadeAndSeenByAdministrators) {
  become("key-one", "d");
  invite();
  EXPECT_EQ(error_code("mutation { createInvite(input: {roles: [\"king\"]}) { id } }"), "VALIDATION_ERROR");
  EXPECT_EQ(error_code("mutation { createInvite(input: {maxUses: 0}) { id } }"), "VALIDATION_ERROR");
  EXPECT_EQ(error_code("mutation { createInvite(input: {maxUses: 1001}) { id } }"), "VALIDATION_ERROR");
  EXPECT_EQ(error_code("mutation { createInvite(input: {expiresInDays: 0}) { id } }"), "VALIDATION_ERROR");
  EXPECT_EQ(error_code("mutation { createInvite(input: {organization: \"" + id_of_organization("other") +
                       "\"}) { id } }"),
            "NOT_FOUND");
  EXPECT_EQ(error_code("mutation { createInvite(input: {collaborations: []}) { id } }"), "NOT_IMPLEMENTED");
  become("key-two", "d");
  EXPECT_EQ(error_code("mutation { createInvite(input: {}) { id } }"), "PERMISSION_DENIED");
  EXPECT_EQ(error_code("mutation { cancelInvite(input: {id: \"1\"}) { id } }"), "PERMISSION_DENIED");
  EXPECT_EQ(value("{ invites { token } }", {"invites"}), "[]");
  become_member("bob", "other");
  EXPECT_EQ(error_code("mutation { cancelInvite(input: {id: \"1\"}) { id } }"), "NOT_FOUND");
}

TEST_P(GraphOrganizations, ARequestToJoinIsDecidedByAnAdministrator) {
  add_carol();
  const std::string lab = id_of_organization("lab");
  const std::string ask_to_join =
      "mutation { requestMembership(input: {organization: \"" + lab + R"(", reason: "Please"}) })";
  become_member("carol", "far");
  EXPECT_EQ(value(ask_to_join, {"requestMembership"}), "true");
  EXPECT_EQ(value(ask_to_join, {"requestMembership"}), "true");
  EXPECT_EQ(number("select count(*) from membership_request"), 1);
  EXPECT_EQ(error_code("mutation { requestMembership(input: {organization: \"999\"}) }"), "NOT_FOUND");

  const std::string id = std::to_string(number("select id from membership_request"));
  const std::string approve =
      "mutation { approveMembershipRequest(input: {id: \"" + id + R"("}) { roles { identifier } } })";
  const std::string decline = "mutation { declineMembershipRequest(input: {id: \"" + id +
                              R"("}) { status resolvedBy { username } } })";
  const std::string requests =
      "{ organization(id: \"" + lab + "\") { membershipRequests { reason status user { username } } } }";
  become("key-two", "d");
  EXPECT_EQ(value(requests, {"organization", "membershipRequests"}), "[]");
  EXPECT_EQ(error_code(approve), "PERMISSION_DENIED");
  EXPECT_EQ(error_code(decline), "PERMISSION_DENIED");
  EXPECT_EQ(error_code(ask_to_join), "VALIDATION_ERROR") << "a member already";
  become_member("bob", "other");
  EXPECT_EQ(error_code(approve), "NOT_FOUND");
  become("key-one", "d");
  EXPECT_EQ(value(requests, {"organization", "membershipRequests"}),
            R"([{"reason":"Please","status":"pending","user":{"username":"carol"}}])");
  EXPECT_EQ(value(decline, {"declineMembershipRequest"}),
            R"({"status":"declined","resolvedBy":{"username":"ada"}})");
  EXPECT_EQ(error_code(approve), "VALIDATION_ERROR");
  become_member("carol", "far");
  EXPECT_EQ(value(ask_to_join, {"requestMembership"}), "true") << "asks again";
  become("key-one", "d");
  EXPECT_EQ(value(approve, {"approveMembershipRequest", "roles"}), R"([{"identifier":"guest"}])");
}

}  // namespace
}  // namespace lok
