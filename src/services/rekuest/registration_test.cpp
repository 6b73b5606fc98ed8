#include "services/rekuest/registration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::task_report;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AgentRegistration : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  /// The close code of a refusal, 0 for none.
  std::uint16_t refused(const RegisterRequest& request) {
    try {
      world_.connect(request);
    } catch (const RegistrationRefused& refusal) {
      return refusal.close_code;
    }
    return 0;
  }
  std::string lease(const char* column) {
    return world_.joined(std::string("select ") + column + " from agent");
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
};
INSTANTIATE_TEST_SUITE_P(Both, AgentRegistration, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(AgentRegistration, MakesTheAgentAndItsCatalog) {
  const Registered registered = world_.connect(me_);
  EXPECT_EQ(registered.hash, "h1");
  EXPECT_EQ(registered.agent.organization, me_->rows.organization);
  EXPECT_THAT(registered.inquiries.items(), IsEmpty());
  EXPECT_FALSE(registered.backlog.has_value()) << "what it still has to hear is read after its SESSION_INIT";
  EXPECT_EQ(lease("connected"), "1");
  EXPECT_EQ(lease("last_seen"), std::to_string(world_.now));
  EXPECT_EQ(lease("session_id"), "s1");
  EXPECT_EQ(lease("connection_id"), registered.agent.connection);
  EXPECT_EQ(lease("features"), R"(["state_requires"])");
  EXPECT_EQ(world_.joined("select interface from implementation order by interface"), "add sub");
}

TEST_P(AgentRegistration, RefusesASecondProcessWhileTheFirstLives) {
  const Registered first = world_.connect(world_.request(me_, "s1"));
  EXPECT_EQ(refused(world_.request(me_, "s2", R"({"name":"other","hash":"h2","implementations":[]})")), 4004);
  EXPECT_EQ(lease("connection_id"), first.agent.connection);
  EXPECT_EQ(lease("hash"), "h1") << "a refused registration writes nothing";
}

TEST_P(AgentRegistration, DisplacesALiveOneByForce) {
  const Registered first = world_.connect(world_.request(me_, "s1"));
  RegisterRequest forced = world_.request(me_, "s2");
  forced.force = true;
  const Registered second = world_.connect(forced);
  EXPECT_NE(second.agent.connection, first.agent.connection);
  EXPECT_EQ(lease("connection_id"), second.agent.connection);
  EXPECT_EQ(lease("epoch"), "2");
}

TEST_P(AgentRegistration, LetsTheSameProcessBackIn) {
  world_.connect(world_.request(me_, "s1"));
  EXPECT_EQ(refused(world_.request(me_, "s1")), 0);
}

TEST_P(AgentRegistration, TakesNoSessionForTheSameProcess) {
  world_.connect(world_.request(me_, ""));
  EXPECT_EQ(refused(world_.request(me_, "")), 4004);
}

TEST_P(AgentRegistration, DisplacesAnAgentThatWasNotHeardOfForLong) {
  world_.connect(world_.request(me_, "s1"));
  world_.now += kStaleMicros - 1;
  EXPECT_EQ(refused(world_.request(me_, "s2")), 4004);
  world_.now += 1;
  EXPECT_EQ(refused(world_.request(me_, "s2")), 0);
}

TEST_P(AgentRegistration, TakesAnotherProcessAfterADisconnect) {
  world_.disconnect(world_.connect(world_.request(me_, "s1")));
  EXPECT_EQ(lease("connected"), "0");
  EXPECT_EQ(refused(world_.request(me_, "s2")), 0);
  EXPECT_EQ(lease("disconnected_at"), "null");
}

TEST_P(AgentRegistration, ADisplacedConnectionsEndChangesNothing) {
  const Registered first = world_.connect(world_.request(me_, "s1"));
  world_.connect(world_.request(me_, "s1"));
  world_.disconnect(first);
  EXPECT_EQ(lease("connected"), "1");
}

TEST_P(AgentRegistration, RefusesABlockedAgent) {
  world_.disconnect(world_.connect(me_));
  world_.database().write([](sql::Writer& writer) { writer.execute("update agent set blocked = 1"); });
  RegisterRequest forced = world_.request(me_, "s1");
  forced.force = true;
  EXPECT_EQ(refused(forced), 4003);
  EXPECT_EQ(lease("connected"), "0");
}

TEST_P(AgentRegistration, RefusesATokenWithoutAnApp) {
  auto nobody = std::make_shared<service::Identity>(*me_);
  nobody->rows.release = 0;
  EXPECT_EQ(refused(world_.request(nobody, "s1")), 3003);
}

// It lost its connection before it could say SESSION_INIT.
TEST_P(AgentRegistration, DoesNotAskAProcessThatHasNotBegunForTheTasksOfTheOneBefore) {
  const Registered before = world_.connect(world_.request(me_, "s1"));
  const std::int64_t begun = world_.task(me_, before);
  world_.task(me_, before);
  world_.report(before, {task_report("STARTED", 1, begun)});
  world_.disconnect(before);

  world_.connect(world_.request(me_, "s2"));
  const Registered again = world_.connect(world_.request(me_, "s2"));
  EXPECT_THAT(again.inquiries.items(), IsEmpty());
  EXPECT_FALSE(again.backlog);
  const JournalOutcome outcome = world_.report(
      again, {rekuest_testing::numbered("SESSION_INIT", 1, R"(,"session_id":"s2","states":{})", "s2")});
  EXPECT_EQ(world_.latest(begun), "LOST");
  EXPECT_THAT(world_.backlog(outcome.backlog), SizeIs(1));
}

TEST_P(AgentRegistration, AsksOnlyTheSameProcessForItsTasks) {
  const Registered agent = world_.connect(world_.request(me_, "s1"));
  world_.report(agent,
                {rekuest_testing::numbered("SESSION_INIT", 1, R"(,"session_id":"s1","states":{})", "s0")});
  const std::int64_t begun = world_.task(me_, agent);
  const std::int64_t unheard = world_.task(me_, agent);
  const std::int64_t ended = world_.task(me_, agent);
  world_.report(agent, {task_report("STARTED", 1, begun), task_report("COMPLETED", 2, ended)});

  const Registered same = world_.connect(world_.request(me_, "s1"));
  EXPECT_EQ(same.inquiries.dump(), R"([{"task":")" + std::to_string(begun) + R"("}])");
  EXPECT_THAT(world_.backlog(same.backlog), SizeIs(1));

  world_.disconnect(same);
  const Registered other = world_.connect(world_.request(me_, "s2"));
  EXPECT_THAT(other.inquiries.items(), IsEmpty());
  // Until its SESSION_INIT the process before may still have something to say
  // about the task nobody has heard of.
  EXPECT_FALSE(other.backlog);
  const JournalOutcome begun_session = world_.report(
      other, {Json::parse(
                 R"({"type":"SESSION_INIT","pos":1,"journal_session":"s2","session_id":"s2","states":{}})")});
  EXPECT_THAT(world_.backlog(begun_session.backlog), SizeIs(1)) << unheard;
}

TEST_P(AgentRegistration, TakesNothingMoreFromADisplacedConnection) {
  const Registered first = world_.connect(world_.request(me_, "s1"));
  const std::int64_t task = world_.task(me_, first);
  EXPECT_THAT(world_.report(first, {task_report("STARTED", 1, task)}).positions, SizeIs(1));
  world_.connect(world_.request(me_, "s1"));
  EXPECT_THAT(world_.report(first, {task_report("COMPLETED", 2, task)}).positions, IsEmpty());
  EXPECT_EQ(world_.latest(task), "STARTED");
}

TEST_P(AgentRegistration, OneClientHasAnAgentInEachOrganization) {
  const Registered here = world_.connect(world_.identity("client", "u-1", "lab"));
  const Registered there = world_.connect(world_.identity("client", "u-1", "elsewhere"));
  EXPECT_NE(here.agent.agent, there.agent.agent);
}

TEST(RegisterFrame, IsReadWithItsDefaults) {
  const RegisterRequest request =
      RegisterRequest::read(nullptr, Json::parse(R"({"type":"REGISTER"})"), rekuest_testing::shapes());
  EXPECT_FALSE(request.force);
  EXPECT_EQ(request.session, "");
  EXPECT_FALSE(request.facts.supervisor);
  EXPECT_EQ(request.facts.features.dump(), "[]");
  EXPECT_FALSE(request.declaration.implementations);
}

TEST(RegisterFrame, TakesOddMembersForAbsent) {
  const RegisterRequest request = RegisterRequest::read(
      nullptr, Json::parse(R"({"force":"yes","session_id":7,"features":"x"})"), rekuest_testing::shapes());
  EXPECT_FALSE(request.force);
  EXPECT_EQ(request.session, "");
  EXPECT_EQ(request.facts.features.dump(), "[]");
}

TEST(RegisterFrame, SaysWhatDoesNotFit) {
  try {
    RegisterRequest::read(nullptr, Json::parse(R"({"implementations":[{"interface":"a"}]})"),
                          rekuest_testing::shapes());
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kValidation);
    EXPECT_THAT(error.message(), ::testing::HasSubstr("implementations[0]"));
  }
}

}  // namespace
}  // namespace rekuest
