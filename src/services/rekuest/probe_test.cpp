#include "services/rekuest/probe.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "service/call.h"
#include "services/rekuest/probe_call.h"
#include "services/rekuest/testing/recording_link.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kProbed = R"({"name":"app:1.0.0","hash":"h1","implementations":[
  {"interface":"look","needs_token":true,"definition":{"key":"look","version":"1","name":"Look","kind":"FUNCTION",
   "allow_probe":true,"args":[{"key":"a","kind":"INT"}]}},
  {"interface":"move","definition":{"key":"move","version":"1","name":"Move","kind":"FUNCTION"}}]})";

using rekuest_testing::RecordingLink;

class Probing : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  Probing() {
    add_probes(registry_, probes_);
    as(me_);
    hub_.open(runner_.agent.agent, runner_link_);
    hub_.open(asker_.agent.agent, asker_link_);
  }

  void as(const rekuest_testing::Who& who) {
    call_.who = who;
    call_.organization = who->rows.organization;
    call_.database = &world_.database();
    call_.now = world_.now;
  }
  Json ask(const std::string& field, const std::string& arguments) {
    return registry_.answers.at(field)(call_, Json::parse(arguments));
  }
  std::string refused(const std::string& field, const std::string& arguments) {
    try {
      ask(field, arguments);
    } catch (const base::Error& error) {
      return std::string(error.message());
    }
    return "answered";
  }
  std::int64_t action(const std::string& interface) {
    return world_.number("select action_id from implementation where interface = $1", {interface});
  }
  std::string input(const std::string& interface = "look") {
    return fmt::format(R"({{"input":{{"action":"{}","args":{{"a":1}},"reference":"r"}}}})",
                       action(interface));
  }
  std::string start() { return ask("Mutation.probe", input())["id"].as_string(); }
  Json find(const std::string& id) { return ask("Query.probe", fmt::format(R"({{"id":"{}"}})", id)); }
  /// As the asking agent says it.
  void request(const std::string& interface) {
    answer_probe_request(
        world_.database(), probes_, hub_, asker_.agent.agent,
        Json::parse(fmt::format(
            R"({{"id":"q","type":"PROBE_REQUEST","args":{{"a":1}},"action":"{}","action_hash":null}})",
            action(interface))),
        world_.now);
  }
  void control(const std::string& field, const std::string& id) {
    ask("Mutation." + field, fmt::format(R"({{"input":{{"probe":"{}"}}}})", id));
  }
  static Json frame(const std::string& kind, const std::string& id, const std::string& more = "") {
    return Json::parse(fmt::format(R"({{"id":"f","type":"{}","task":"{}","seq":1{}}})", kind, id, more));
  }
  /// As the agent says it: unnumbered.
  void report(const std::string& kind, const std::string& id, const std::string& more = "") {
    const Json said = frame(kind, id, more);
    ASSERT_TRUE(Probes::is_about_probe(said));
    probes_.hear(runner_.agent.agent, said, world_.now);
  }
  std::shared_ptr<void> follow(const std::string& id) {
    return probes_.watch(
        id, {me_->rows.client, me_->rows.user, me_->rows.organization}, [this](const Json& event) {
          heard_.push_back(fmt::format("{} {}", event["seq"].dump(), event["kind"].as_string()));
        });
  }
  static std::vector<std::string> kinds(const RecordingLink& link) {
    std::vector<std::string> list;
    for (const Json& frame : link.frames) list.push_back(frame["type"].as_string());
    return list;
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered runner_ = world_.connect(world_.request(world_.identity("runner"), "s1", kProbed));
  Registered asker_ = world_.connect(world_.identity("asker"), "s2");
  AgentHub hub_;
  bus::Bus bus_;
  ProvenanceSigner signer_{.key = jose::Key::generate_ed25519("k")};
  Probes probes_{hub_, bus_, signer_};
  std::shared_ptr<RecordingLink> runner_link_ = std::make_shared<RecordingLink>();
  std::shared_ptr<RecordingLink> asker_link_ = std::make_shared<RecordingLink>();
  entity::Registry registry_;
  service::Call call_;
  std::vector<std::string> heard_;
};
INSTANTIATE_TEST_SUITE_P(Both, Probing, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Probing, RunsWithoutATrace) {
  const Json probe = ask("Mutation.probe", input());
  const std::string id = probe["id"].as_string();
  EXPECT_EQ(probe["kind"].as_string(), "QUEUED");
  EXPECT_EQ(probe["seq"].as_int64(), 0);
  ASSERT_THAT(kinds(*runner_link_), ElementsAre("ASSIGN"));
  const Json& assign = runner_link_->frames.front();
  EXPECT_TRUE(assign["probe"].as_bool());
  EXPECT_EQ(assign["task"].as_string(), id);
  EXPECT_EQ(assign["args"].dump(), R"({"a":1})");
  EXPECT_EQ(assign["reference"].as_string(), "r");
  EXPECT_FALSE(assign["token"].is_null());

  report("STARTED", id);
  report("YIELD", id, R"(,"returns":{"return0":3})");
  report("COMPLETED", id);
  report("LOG", id, R"(,"message":"too late")");
  const Json ended = find(id);
  EXPECT_TRUE(ended["is_done"].as_bool());
  EXPECT_EQ(ended["kind"].as_string(), "COMPLETED");
  EXPECT_EQ(ended["seq"].as_int64(), 3);
  EXPECT_EQ(ended["returns"].dump(), R"({"return0":3})");
  EXPECT_TRUE(ended["error"].is_null());
  EXPECT_EQ(world_.number("select count(*) from task"), 0);
}

TEST_P(Probing, TellsWhatItHasComeToAndThenEveryEventOnce) {
  const std::string id = start();
  auto stream = follow(id);
  EXPECT_THAT(heard_, IsEmpty()) << "nothing has happened";
  report("STARTED", id);
  report("PROGRESS", id, R"(,"progress":5)");
  EXPECT_THAT(heard_, ElementsAre("1 STARTED", "2 PROGRESS"));
  heard_.clear();
  stream = follow(id);
  report("FAILED", id, R"(,"error":"no light")");
  EXPECT_THAT(heard_, ElementsAre("2 PROGRESS", "3 FAILED"));
  EXPECT_EQ(find(id)["error"].as_string(), "no light");
}

TEST_P(Probing, OnlyActionsThatAllowIt) {
  EXPECT_THAT(refused("Mutation.probe", input("move")), HasSubstr("does not allow probes"));
  EXPECT_THAT(runner_link_->frames, IsEmpty());
}

TEST_P(Probing, IsItsCallersAlone) {
  const std::string id = start();
  as(world_.identity("other"));
  EXPECT_THAT(refused("Query.probe", fmt::format(R"({{"id":"{}"}})", id)), HasSubstr("No probe"));
  EXPECT_THAT(refused("Mutation.cancelProbe", fmt::format(R"({{"input":{{"probe":"{}"}}}})", id)),
              HasSubstr("No probe"));
  EXPECT_THAT(kinds(*runner_link_), ElementsAre("ASSIGN"));
}

TEST_P(Probing, IsControlledUntilItEnds) {
  const std::string id = start();
  control("pauseProbe", id);
  control("resumeProbe", id);
  control("cancelProbe", id);
  EXPECT_THAT(kinds(*runner_link_), ElementsAre("ASSIGN", "PAUSE", "RESUME", "CANCEL"));
  EXPECT_EQ(runner_link_->frames.back()["task"].as_string(), id);
  EXPECT_EQ(find(id)["kind"].as_string(), "CANCELLING");
  report("CANCELLED", id);
  control("cancelProbe", id);
  EXPECT_EQ(runner_link_->frames.size(), 4U) << "it has ended";
  EXPECT_EQ(find(id)["kind"].as_string(), "CANCELLED");
}

TEST_P(Probing, SoManyAtATime) {
  std::string first = start();
  for (int i = 1; i < Probes::kMaxInflight; ++i) start();
  EXPECT_THAT(refused("Mutation.probe", input()), HasSubstr("32"));
  EXPECT_EQ(ask("Query.probeStats", "{}").dump(), R"({"total_live":32,"my_inflight":32,"max_inflight":32})");
  report("COMPLETED", first);
  start();
  as(world_.identity("other"));
  start();
  EXPECT_EQ(ask("Query.probeStats", "{}").dump(), R"({"total_live":34,"my_inflight":1,"max_inflight":32})");
}

TEST_P(Probing, IsForgottenAMinuteAfterItsEnd) {
  const std::string id = start();
  report("COMPLETED", id);
  world_.now += 59'000'000;
  probes_.expire(world_.now);
  EXPECT_TRUE(find(id)["is_done"].as_bool());
  world_.now += 1'000'000;
  probes_.expire(world_.now);
  EXPECT_THAT(refused("Query.probe", fmt::format(R"({{"id":"{}"}})", id)), HasSubstr("No probe"));
  EXPECT_EQ(ask("Query.probeStats", "{}")["total_live"].as_int64(), 0);
}

TEST_P(Probing, IsGivenUpAfterAMinuteOfSilence) {
  const std::string id = start();
  const auto stream = follow(id);
  world_.now += 59'000'000;
  report("PROGRESS", id, R"(,"progress":5)");
  world_.now += 59'000'000;
  probes_.expire(world_.now);
  EXPECT_THAT(heard_, ElementsAre("1 PROGRESS"));
  world_.now += 1'000'000;
  probes_.expire(world_.now);
  EXPECT_THAT(heard_, ElementsAre("1 PROGRESS", "2 CANCELLING", "3 LOST")) << "whoever waits is told";
  EXPECT_THAT(kinds(*runner_link_), ElementsAre("ASSIGN", "CANCEL"));
  EXPECT_EQ(runner_link_->frames.back()["task"].as_string(), id);
  EXPECT_EQ(ask("Query.probeStats", "{}")["my_inflight"].as_int64(), 0);
}

TEST_P(Probing, KeepsOnlySoMuchOfWhatEndedProbesReturned) {
  const std::string returns = R"(,"returns":{"r":")" + std::string(900 * 1024, 'x') + R"("})";
  std::vector<std::string> ids;
  for (std::size_t bytes = 0; bytes <= Probes::kMaxEndedBytes; bytes += returns.size()) {
    ids.push_back(start());
    report("YIELD", ids.back(), returns);
    report("COMPLETED", ids.back());
  }
  EXPECT_THAT(refused("Query.probe", fmt::format(R"({{"id":"{}"}})", ids.front())), HasSubstr("No probe"));
  EXPECT_TRUE(find(ids.at(1))["is_done"].as_bool());
  EXPECT_EQ(ask("Query.probeStats", "{}")["total_live"].as_int64(), ids.size() - 1);
}

TEST_P(Probing, IsLostWithTheConnectionOfItsAgent) {
  const std::string ended = start();
  report("COMPLETED", ended);
  const std::string id = start();
  const std::string other = start();
  probes_.lose(asker_.agent.agent, world_.now);
  EXPECT_FALSE(find(id)["is_done"].as_bool()) << "another agent's";
  probes_.lose(runner_.agent.agent, world_.now);
  for (const std::string& lost : {id, other}) {
    EXPECT_EQ(find(lost)["kind"].as_string(), "LOST");
    EXPECT_THAT(find(lost)["error"].as_string(), HasSubstr("connection"));
  }
  EXPECT_EQ(find(ended)["kind"].as_string(), "COMPLETED");
  report("COMPLETED", id);
  EXPECT_EQ(find(id)["kind"].as_string(), "LOST") << "an end is final";
}

TEST_P(Probing, DoesNotReachAgentsOfOtherProcesses) {
  hub_.close(runner_.agent.agent, runner_link_.get());
  EXPECT_THAT(refused("Mutation.probe", input()), HasSubstr("not connected to the process"));
  EXPECT_EQ(ask("Query.probeStats", "{}")["total_live"].as_int64(), 0);
}

TEST_P(Probing, AnAgentAsksOverItsSocketAndHearsMirrors) {
  request("look");
  const std::string id = asker_link_->frames.front()["probe"].as_string();
  EXPECT_EQ(asker_link_->frames.front()["request"].as_string(), "q");
  report("STARTED", id);
  report("YIELD", id, R"(,"returns":{"return0":3})");
  const Json cancel = frame("CANCEL_REQUEST", id);
  ASSERT_TRUE(Probes::is_about_probe(cancel));
  probes_.hear(asker_.agent.agent, cancel, world_.now);
  report("CANCELLED", id);
  EXPECT_THAT(kinds(*asker_link_), ElementsAre("PROBE_RESPONSE", "STARTED_EVENT", "YIELD_EVENT",
                                               "CANCELLING_EVENT", "CONTROL_RESPONSE", "CANCELLED_EVENT"));
  const Json& yield = asker_link_->frames.at(2);
  EXPECT_EQ(yield["task"].as_string(), id);
  EXPECT_EQ(yield["seq"].as_int64(), 2);
  EXPECT_EQ(yield["returns"].dump(), R"({"return0":3})");
  probes_.hear(asker_.agent.agent, cancel, world_.now);
  EXPECT_FALSE(asker_link_->frames.back()["accepted"].as_bool()) << "it has ended";
  EXPECT_THAT(kinds(*runner_link_), ElementsAre("ASSIGN", "CANCEL"));
}

TEST_P(Probing, AnAgentStepsThroughItsProbesAndNotThroughOthers) {
  const std::string mine = start();
  probes_.hear(asker_.agent.agent, frame("RESUME_REQUEST", mine, R"(,"step":true)"), world_.now);
  EXPECT_FALSE(asker_link_->frames.back()["accepted"].as_bool());
  EXPECT_THAT(kinds(*runner_link_), ElementsAre("ASSIGN"));
  request("look");
  const std::string id = asker_link_->frames.back()["probe"].as_string();
  probes_.hear(asker_.agent.agent, frame("RESUME_REQUEST", id, R"(,"step":true)"), world_.now);
  EXPECT_EQ(runner_link_->frames.back()["type"].as_string(), "RESUME");
  EXPECT_TRUE(runner_link_->frames.back()["step"].as_bool());
}

TEST_P(Probing, AnAgentHearsWhyItsProbeIsRefused) {
  request("move");
  EXPECT_THAT(asker_link_->frames.back()["error"].as_string(), HasSubstr("does not allow"));
  EXPECT_EQ(asker_link_->frames.back()["request"].as_string(), "q");
  answer_probe_request(world_.database(), probes_, hub_, asker_.agent.agent,
                       Json::parse(R"({"id":"q","type":"PROBE_REQUEST","args":[],"action":"x"})"),
                       world_.now);
  EXPECT_THAT(asker_link_->frames.back()["error"].as_string(), HasSubstr("No action with the id x"));
}

TEST_P(Probing, ListensOnlyToTheAgentThatRunsIt) {
  const std::string id = start();
  probes_.hear(asker_.agent.agent, frame("COMPLETED", id), world_.now);
  EXPECT_FALSE(find(id)["is_done"].as_bool());
}

TEST_P(Probing, LeavesToTheJournalWhatIsNumberedOrOutlivesIt) {
  EXPECT_FALSE(Probes::is_about_probe(frame("STARTED", "p-1", R"(,"pos":4)")));
  EXPECT_FALSE(Probes::is_about_probe(frame("STARTED", "12")));
  EXPECT_FALSE(Probes::is_about_probe(frame("SHELVE", "p-1"))) << "what it returns may name the drawer";
}

TEST_P(Probing, CannotAskAnybody) {
  const std::string id = start();
  report("HELD", id);
  EXPECT_EQ(kinds(*runner_link_).back(), "BLOK_REFUSED");
}

}  // namespace
}  // namespace rekuest
