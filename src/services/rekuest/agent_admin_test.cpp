#include "services/rekuest/agent_admin.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "service/call.h"
#include "services/rekuest/definition_shape.h"
#include "services/rekuest/shelve.h"
#include "services/rekuest/testing/recording_link.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using rekuest_testing::RecordingLink;

class AgentAdministration : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  AgentAdministration() {
    add_agent_admin(registry_, {world_.database(), changes_, shapes_});
    add_shelve_mutations(registry_, world_.database());
    call_.who = me_;
    call_.organization = me_->rows.organization;
    call_.user = me_->rows.user;
    call_.client = me_->rows.client;
    call_.database = &world_.database();
    call_.now = world_.now;
    stream_ = feed_.agents(call_.organization, [this](const Json& change) {
      for (const auto& [what, value] : change.members())
        heard_.push_back(what + " " + (value.is_object() ? value["name"].as_string() : value.dump()));
    });
    offers_ = feed_.implementations(call_, {agent_id_}, [this](const Json& change) {
      for (const auto& [what, value] : change.members()) offered_.push_back(what);
    });
  }

  Json ask(const std::string& field, const std::string& input) {
    return registry_.answers.at("Mutation." + field)(call_, Json::parse(R"({"input":)" + input + "}"));
  }
  std::string refused(const std::string& field, const std::string& input) {
    try {
      ask(field, input);
    } catch (const base::Error& error) {
      return fmt::format("{}: {}", error.code(), error.what());
    }
    return "answered";
  }
  std::string named(const char* member, const std::string& more = "") {
    return fmt::format(R"({{"{}":"{}"{}}})", member, agent_id_, more);
  }
  std::int64_t count(const std::string& table) { return world_.number("select count(*) from " + table); }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
  std::string agent_id_ = std::to_string(agent_.agent.agent);
  bus::Bus bus_;
  AgentHub hub_;
  AgentFeed feed_{world_.database(), bus_};
  Feed tasks_{world_.database(), bus_};
  StateFeed states_{world_.database(), bus_};
  ProvenanceSigner signer_;
  Delivery delivery_{hub_, {tasks_, feed_, states_}, signer_};
  Replicas replicas_{world_.database(), hub_, {tasks_, feed_, states_}, delivery_};
  Changes changes_{world_.database(), delivery_, replicas_};
  std::unique_ptr<Shapes> shapes_ = std::make_unique<Shapes>(*rekuest_testing::schema());
  entity::Registry registry_;
  service::Call call_;
  std::shared_ptr<RecordingLink> link_ = std::make_shared<RecordingLink>();
  std::vector<std::string> heard_, offered_;
  std::shared_ptr<void> stream_, offers_;
};
INSTANTIATE_TEST_SUITE_P(Both, AgentAdministration, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(AgentAdministration, KicksAndBouncesOnlyWhoIsHere) {
  world_.disconnect(agent_);
  EXPECT_THAT(refused("kick", named("agent")), HasSubstr("not connected"));
  EXPECT_THAT(refused("bounce", named("agent")), HasSubstr("not connected"));
  agent_ = world_.connect(me_);
  hub_.open(agent_.agent.agent, link_);
  EXPECT_THAT(link_->frames, IsEmpty()) << "nothing is kept for the next connection";
  EXPECT_EQ(ask("kick", named("agent", R"(,"reason":"enough")")), Json(agent_.agent.agent));
  ask("bounce", named("agent"));
  ASSERT_EQ(link_->frames.size(), 2u);
  EXPECT_EQ(link_->frames[0]["type"], Json("KICK"));
  EXPECT_EQ(link_->frames[0]["reason"], Json("enough"));
  EXPECT_EQ(link_->frames[1]["type"], Json("BOUNCE"));
}

TEST_P(AgentAdministration, BlocksUntilUnblocked) {
  hub_.open(agent_.agent.agent, link_);
  ask("block", named("agent"));
  EXPECT_EQ(link_->frames.at(0)["type"], Json("KICK"));
  try {
    world_.connect(me_);
    ADD_FAILURE() << "a blocked agent registered";
  } catch (const RegistrationRefused& refusal) {
    EXPECT_EQ(refusal.close_code, 4003);
  }
  ask("unblock", named("agent"));
  EXPECT_NO_THROW(world_.connect(me_));
  EXPECT_THAT(heard_, ElementsAre("update app:1.0.0", "update app:1.0.0"));
}

TEST_P(AgentAdministration, PinsForThePersonWhoAsks) {
  ask("pinAgent", named("id", R"(,"pin":true)"));
  ask("pinAgent", named("id", R"(,"pin":true)"));
  EXPECT_EQ(world_.number("select user_id from agent_pin"), call_.user);
  ask("pinAgent", named("id", R"(,"pin":false)"));
  EXPECT_EQ(count("agent_pin"), 0);
}

TEST_P(AgentAdministration, NamesAnAgentUntilTheNameIsTaken) {
  ask("updateAgent", named("id", R"(,"name":"Left microscope")"));
  world_.connect(me_);
  EXPECT_EQ(world_.text("select user_name from agent"), "Left microscope")
      << "registering does not change it";
  ask("updateAgent", named("id", R"(,"name":null)"));
  EXPECT_THAT(heard_, ElementsAre("update Left microscope", "update app:1.0.0"));
}

TEST_P(AgentAdministration, DeletesAnAgentThatIsAwayAndKeepsItsTasks) {
  const std::int64_t task = world_.task(me_, agent_);
  EXPECT_THAT(refused("deleteAgent", named("id")), HasSubstr("is connected"));
  world_.disconnect(agent_);
  EXPECT_THAT(refused("deleteAgent", named("id")), HasSubstr("have not ended"));
  world_.report(agent_, rekuest_testing::whole_task(task, 1));
  EXPECT_EQ(ask("deleteAgent", named("id")), Json(agent_id_));
  EXPECT_EQ(count("agent"), 0);
  EXPECT_EQ(count("implementation"), 0);
  EXPECT_EQ(world_.joined("select agent_id from task"), "null");
  EXPECT_EQ(world_.latest(task), "COMPLETED");
  EXPECT_THAT(heard_, ElementsAre("delete " + agent_id_));
  EXPECT_THAT(offered_, ElementsAre("delete", "delete"));
}

TEST_P(AgentAdministration, ADeletedImplementationComesBackWithTheNextRegistration) {
  const std::string id = world_.text("select id from implementation where interface = 'sub'");
  EXPECT_EQ(ask("deleteImplementation", R"({"implementation":")" + id + "\"}"), Json(id));
  EXPECT_EQ(world_.joined("select interface from implementation"), "add");
  EXPECT_THAT(offered_, ElementsAre("delete"));
  world_.connect(me_);
  EXPECT_EQ(world_.joined("select interface from implementation order by interface"), "add sub");
}

TEST_P(AgentAdministration, DeletesNoImplementationThatIsAtWork) {
  const std::int64_t task = world_.task(me_, agent_);
  const std::string input = R"({"implementation":")" +
                            world_.text("select implementation_id from task where id = $1", {task}) + "\"}";
  EXPECT_THAT(refused("deleteImplementation", input), HasSubstr("have not ended"));
}

TEST_P(AgentAdministration, EnsuresTheCallersOwnAgent) {
  EXPECT_EQ(ask("ensureAgent", R"({"name":"mine","description":"tells it apart"})"),
            Json(agent_.agent.agent));
  EXPECT_EQ(world_.text("select declared_name from agent"), "mine");
  EXPECT_EQ(count("memory_shelve"), 1);
  ask("ensureAgent", "{}");
  EXPECT_EQ(world_.text("select description from agent"), "tells it apart");
  EXPECT_THAT(refused("ensureAgent", R"({"kind":"WEBHOOK"})"), HasSubstr("NOT_IMPLEMENTED"));
  call_.who = world_.identity("new");
  ask("ensureAgent", R"({"name":"another"})");
  EXPECT_THAT(heard_, ElementsAre("update mine", "update mine", "create another"));
}

TEST_P(AgentAdministration, ImplementsAsARegistrationDoes) {
  const std::string declared =
      R"({"name":"app:2","hash":"h9","implementations":[{"interface":"mul","needsToken":false,
    "definition":{"key":"mul","version":"1","name":"Mul","kind":"FUNCTION","isDev":false}}]})";
  EXPECT_EQ(ask("implementAgent", declared), Json(agent_.agent.agent));
  EXPECT_EQ(world_.joined("select interface from implementation"), "mul");
  EXPECT_EQ(world_.number("select needs_token from implementation"), 0);
  EXPECT_EQ(world_.text("select hash from agent"), "h9");
  EXPECT_THAT(offered_, ElementsAre("delete", "delete", "create"));
  offered_.clear();
  ask("implementAgent", declared);
  EXPECT_THAT(offered_, IsEmpty()) << "nothing changed";
}

TEST_P(AgentAdministration, ShelvesOnTheCallersOwnAgent) {
  const std::string drawer = R"({"identifier":"@mod/blob","resourceId":"r1","label":"L"})";
  const Json id = ask("shelveInMemoryDrawer", drawer);
  EXPECT_EQ(ask("shelveInMemoryDrawer", drawer), id) << "one drawer a resource";
  EXPECT_EQ(world_.number("select agent_minted from memory_drawer"), 0);
  call_.client = world_.identity("other")->rows.client;
  EXPECT_THAT(refused("unshelveMemoryDrawer", R"({"id":"r1"})"), HasSubstr("NOT_FOUND"))
      << "not the caller's";
  call_.client = me_->rows.client;
  EXPECT_EQ(ask("unshelveMemoryDrawer", R"({"id":"r1"})"), id);
  EXPECT_EQ(count("memory_drawer"), 0);
  const Json again = ask("shelveInMemoryDrawer", drawer);
  EXPECT_EQ(ask("unshelveMemoryDrawer", R"({"id":")" + again.dump() + "\"}"), again) << "by its row, too";
}

TEST_P(AgentAdministration, ReachesNoOtherOrganization) {
  const std::string implementation = world_.text("select min(id) from implementation");
  call_.organization = 4711;
  for (const char* field : {"kick", "bounce", "block", "unblock"})
    EXPECT_THAT(refused(field, named("agent")), HasSubstr("NOT_FOUND")) << field;
  for (const char* field : {"deleteAgent", "updateAgent"})
    EXPECT_THAT(refused(field, named("id")), HasSubstr("NOT_FOUND")) << field;
  EXPECT_THAT(refused("pinAgent", named("id", R"(,"pin":true)")), HasSubstr("NOT_FOUND"));
  EXPECT_THAT(refused("deleteImplementation", R"({"implementation":")" + implementation + "\"}"),
              HasSubstr("NOT_FOUND"));
  EXPECT_THROW(feed_.implementations(call_, {agent_id_}, [](const Json&) {}), base::Error);
  EXPECT_THROW(feed_.implementation(call_, {implementation}, [](const Json&) {}), base::Error);
}

// --- what registering tells ----------------------------------------------------

TEST_P(AgentAdministration, AReconnectWithoutChangesTellsOfTheAgentAlone) {
  const auto updated = world_.connect(me_).notice;
  EXPECT_EQ(updated.what, AgentNotice::What::kUpdated);
  EXPECT_EQ(updated.change["connected"], Json(true));
  feed_.publish(updated);
  EXPECT_THAT(heard_, ElementsAre("update app:1.0.0"));
  EXPECT_THAT(offered_, IsEmpty());
}

TEST_P(AgentAdministration, AChangedImplementationIsToldOf) {
  std::vector<Json> changed;
  const std::string add = world_.text("select id from implementation where interface = 'add'");
  const auto stream =
      feed_.implementation(call_, {add}, [&changed](const Json& id) { changed.push_back(id); });
  std::string declaration = rekuest_testing::kDeclaration;
  declaration.replace(declaration.find("\"h1\""), 4, "\"h2\"");
  declaration.replace(declaration.find("\"needs_token\": true"), 19, "\"needs_token\": false");
  feed_.publish(world_.connect(world_.request(me_, "s1", declaration)).notice);
  EXPECT_THAT(offered_, ElementsAre("update"));
  EXPECT_THAT(changed, ElementsAre(Json::parse(add)));
}

}  // namespace
}  // namespace rekuest
