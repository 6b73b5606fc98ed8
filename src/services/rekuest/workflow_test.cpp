// Workflows: what runs them may die, what they called is found again.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "services/rekuest/due.h"
#include "services/rekuest/fate.h"
#include "services/rekuest/task_events.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::names;
using rekuest_testing::numbered;
using rekuest_testing::parsed;
using rekuest_testing::task_report;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* kFlows = R"({
  "name": "flows:1.0.0", "hash": "f1",
  "implementations": [
    {"interface": "flow", "execution": "WORKFLOW", "code_hash": "c1", "definition":
      {"key": "flow", "version": "1", "name": "Flow", "kind": "FUNCTION"}},
    {"interface": "again", "definition":
      {"key": "again", "version": "1", "name": "Again", "kind": "FUNCTION", "idempotent": true}},
    {"interface": "once", "effects": "IRREVERSIBLE", "definition":
      {"key": "once", "version": "1", "name": "Once", "kind": "FUNCTION"}}]})";

class Workflow : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  Registered begin(const std::string& session, const std::string& declaration = kFlows) {
    if (!session_.empty()) world_.disconnect(flows_);
    const Registered agent = world_.connect(world_.request(robot_, session, declaration));
    began_ = world_.report(
        agent,
        {numbered("SESSION_INIT", 1, fmt::format(R"(,"session_id":"{}","states":{{}})", session), session)});
    session_ = session;
    position_ = 1;
    return agent;
  }
  Outcome say(const char* kind, std::int64_t task, const std::string& more = "") {
    return world_.report(flows_, {task_report(kind, ++position_, task, more, session_)}).told;
  }
  /// A call of `add` by the flow.
  Json request(const std::string& id, const std::string& call_key, int a = 1, const std::string& more = "") {
    return Json::parse(fmt::format(
        R"({{"type":"ASSIGN_REQUEST","id":"{}","reference":"{}","parent":"{}","parent_step":{},"call_key":"{}",)"
        R"("agent":"{}","interface":"add","args":{{"a":{}}}{}}})",
        id, id, flow_, ++step_, call_key, adder_.agent.agent, a, more));
  }
  Outcome ask(const Json& request) { return world_.report(flows_, {request}).told; }
  std::int64_t call(const std::string& id, const std::string& call_key) {
    return std::stoll(parsed(ask(request(id, call_key))).at(0)["task"].as_string());
  }
  std::string last_value(std::int64_t task) {
    return world_.text("select value from task_event where task_id = $1 order by id desc limit 1", {task});
  }
  std::vector<Json> backlog() { return world_.backlog(began_.backlog); }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity("me");
  rekuest_testing::Who robot_ = world_.identity("robot");
  Registered adder_ = world_.connect(world_.identity("adder"));
  JournalOutcome began_;
  std::string session_;
  std::int64_t position_ = 0;
  int step_ = 0;
  Registered flows_ = begin("s1");
  std::int64_t flow_ = world_.task(me_, flows_, "flow", R"(,"policy":"AUTO")");
};
INSTANTIATE_TEST_SUITE_P(Both, Workflow, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Workflow, CallsAChildOverItsSocket) {
  say("STARTED", flow_);
  const Outcome out = ask(request("r-1", "add:1"));

  const std::vector<Json> frames = parsed(out);
  ASSERT_THAT(names(frames), SizeIs(2));
  EXPECT_EQ(frames[0]["type"], Json("ASSIGN_RESPONSE"));
  EXPECT_EQ(frames[0]["request"], Json("r-1"));
  EXPECT_EQ(frames[0]["created"], Json(true));
  EXPECT_TRUE(frames[0]["error"].is_null());
  EXPECT_EQ(out.messages[0].agent, flows_.agent.agent);
  const Json& assign = frames[1];
  EXPECT_EQ(out.messages[1].agent, adder_.agent.agent);
  EXPECT_EQ(assign["type"], Json("ASSIGN"));
  EXPECT_EQ(assign["task"], frames[0]["task"]);
  EXPECT_EQ(assign["parent"], Json(std::to_string(flow_)));
  EXPECT_EQ(assign["root"], Json(std::to_string(flow_)));
  EXPECT_EQ(assign["user"], Json("u-1"));
  ASSERT_THAT(out.notices, SizeIs(1));
  EXPECT_EQ(out.notices[0].task->requester, flows_.agent.agent);
  EXPECT_EQ(out.notices[0].task->person, me_->rows.user);
}

TEST_P(Workflow, FindsACallAgainWithAllThatHappened) {
  const std::int64_t child = call("r-1", "add:1");
  world_.report(adder_, rekuest_testing::whole_task(child, 1));

  const std::vector<Json> again = parsed(ask(request("r-2", "add:1")));
  EXPECT_EQ(again.at(0)["created"], Json(false));
  EXPECT_EQ(again.at(0)["request"], Json("r-2"));
  std::vector<std::string> kinds;
  std::int64_t seq = 0;
  for (std::size_t i = 1; i < again.size(); ++i) {
    kinds.push_back(again[i]["type"].as_string());
    EXPECT_GT(*again[i]["seq"].as_int64(), seq);
    seq = *again[i]["seq"].as_int64();
  }
  EXPECT_THAT(kinds, ElementsAre("QUEUED_EVENT", "STARTED_EVENT", "PROGRESS_EVENT", "YIELD_EVENT",
                                 "COMPLETED_EVENT"));
  EXPECT_EQ(again.at(4)["returns"].dump(), R"({"return0":3})");
  EXPECT_EQ(world_.number("select count(*) from task where parent_id is not null"), 1);
}

TEST_P(Workflow, RefusesADifferentCallUnderTheSameKey) {
  call("r-1", "add:1");
  const Json answer = parsed(ask(request("r-2", "add:1", 2))).at(0);
  EXPECT_TRUE(answer["task"].is_null());
  EXPECT_THAT(answer["error"].as_string(), StartsWith("Nondeterministic workflow"));
}

TEST_P(Workflow, SaysWhyACallIsRefused) {
  const auto error = [&](Json request, const char* member, Json value) {
    request.set(member, std::move(value));
    return parsed(ask(request)).at(0)["error"].as_string();
  };
  EXPECT_THAT(error(request("r-1", "k1"), "parent", Json()), HasSubstr("needs a `parent`"));
  EXPECT_THAT(error(request("r-2", "k2"), "parent", Json("4711")), HasSubstr("Only the agent that runs"));
  EXPECT_THAT(error(request("r-3", "k3"), "interface", Json("none")), HasSubstr("No implementation"));
  EXPECT_THAT(error(request("r-4", "k4"), "args", Json("text")), HasSubstr("must be an object"));
  const Registered other = world_.connect(world_.identity("other"));
  EXPECT_THAT(parsed(world_.report(other, {request("r-5", "k5")}).told).at(0)["error"].as_string(),
              HasSubstr("Only the agent that runs"));
  say("COMPLETED", flow_);
  EXPECT_EQ(error(request("r-6", "k6"), "capture", Json(false)), "Parent task is already terminal");
  EXPECT_EQ(world_.number("select count(*) from task where parent_id is not null"), 0);
}

TEST_P(Workflow, CannotControlAChildThatHasEnded) {
  const std::int64_t child = call("r-1", "add:1");
  const Json cancel = Json::parse(fmt::format(R"({{"type":"CANCEL_REQUEST","id":"c","task":"{}"}})", child));
  EXPECT_THAT(names(parsed(ask(cancel))),
              ElementsAre(fmt::format("CANCEL {}", child), fmt::format("CONTROL_RESPONSE {}", child)));

  world_.report(adder_, {task_report("CANCELLED", 1, child)});
  const std::vector<Json> late = parsed(ask(cancel));
  ASSERT_THAT(late, SizeIs(1)) << "an agent asked to cancel what it no longer runs answers CRITICAL";
  EXPECT_EQ(late[0]["accepted"], Json(false));
  EXPECT_EQ(late[0]["error"], Json("Task is already terminal"));
  EXPECT_EQ(world_.events(child), "QUEUED CANCELLING CANCELLED");
}

TEST_P(Workflow, InterruptsAChildThatDoesNotConfirmItsCancel) {
  const std::int64_t child = call("r-1", "add:1");
  ask(Json::parse(
      fmt::format(R"({{"type":"CANCEL_REQUEST","id":"c","task":"{}","auto_interrupt":2.5}})", child)));
  Outcome out;
  const auto sweep = [&] {
    out = {};
    world_.database().write([&](sql::Writer& writer) { handle_due(writer, world_.now, out); });
  };
  world_.now += 2'000'000;
  sweep();
  EXPECT_THAT(out.messages, IsEmpty());
  world_.now += 1'000'000;
  sweep();
  EXPECT_THAT(names(parsed(out)), ElementsAre(fmt::format("INTERRUPT {}", child)));
  sweep();
  EXPECT_THAT(out.messages, IsEmpty());
  EXPECT_EQ(world_.events(child), "QUEUED CANCELLING INTERRUPTING");
}

TEST_P(Workflow, GoesOnInTheNextProcessOfTheSameCode) {
  say("STARTED", flow_, R"(,"task_step":1)");
  say("EFFECT", flow_, R"(,"task_step":2,"effect":"NOW","key":"NOW:1","value":12.5)");
  call("r-1", "add:1");
  flows_ = begin("s2");

  EXPECT_EQ(world_.events(flow_), "QUEUED STARTED EFFECT QUEUED");
  const std::vector<Json> frames = backlog();
  ASSERT_THAT(names(frames), ElementsAre(fmt::format("ASSIGN {}", flow_)));
  EXPECT_EQ(frames[0]["resume"].dump(),
            R"({"last_step":2,"effects":[{"key":"NOW:1","effect":"NOW","value":12.5}]})");

  say("STARTED", flow_, R"(,"task_step":3)");
  say("COMPLETED", flow_, R"(,"task_step":4)");
  EXPECT_EQ(world_.events(flow_), "QUEUED STARTED EFFECT QUEUED STARTED COMPLETED");
}

TEST_P(Workflow, IsLostIfItsCodeHasChanged) {
  say("STARTED", flow_);
  std::string changed = kFlows;
  changed.replace(changed.find("\"f1\""), 4, "\"f2\"");
  changed.replace(changed.find("\"c1\""), 4, "\"c2\"");
  flows_ = begin("s2", changed);
  EXPECT_EQ(world_.latest(flow_), "LOST");
}

TEST_P(Workflow, IsLostIfItsCodeHasChangedWhenItWasQueuedAgainLongBefore) {
  say("STARTED", flow_, R"(,"task_step":1)");
  world_.disconnect(flows_);
  world_.database().write([&](sql::Writer& writer) {
    Outcome out;
    decide_overdue_fates(writer, world_.now + 1, world_.now + 2, out);
  });
  EXPECT_EQ(world_.events(flow_), "QUEUED STARTED QUEUED");
  std::string changed = kFlows;
  changed.replace(changed.find("\"f1\""), 4, "\"f2\"");
  changed.replace(changed.find("\"c1\""), 4, "\"c2\"");
  flows_ = begin("s2", changed);
  EXPECT_EQ(world_.events(flow_), "QUEUED STARTED QUEUED LOST");
  EXPECT_EQ(Json::parse(last_value(flow_))["started"], Json(true));
  EXPECT_THAT(backlog(), IsEmpty());
}

TEST_P(Workflow, ATaskThatNobodyCanHaveAnyMoreIsLostThoughItNeverBegan) {
  const std::int64_t task = world_.task(me_, flows_, "once");
  std::string changed = kFlows;
  changed.replace(changed.find("\"f1\""), 4, "\"f2\"");
  changed.replace(changed.find("\"interface\": \"once\""), 19, "\"interface\": \"ones\"");
  flows_ = begin("s2", changed);
  EXPECT_EQ(world_.events(task), "QUEUED LOST");
  EXPECT_EQ(Json::parse(last_value(task))["started"], Json(false)) << "whoever wants it may ask again";
}

TEST_P(Workflow, HearsAgainOfItsCallsWhenItsProcessComesBack) {
  const std::int64_t child = call("r-1", "add:1");
  world_.report(adder_, rekuest_testing::whole_task(child, 1));
  say("STARTED", flow_);

  const Registered back = world_.connect(world_.request(robot_, "s1", kFlows));
  const std::string id = std::to_string(child);
  EXPECT_THAT(names(world_.backlog(back.backlog)),
              ElementsAre("ASSIGN_RESPONSE " + id, "QUEUED_EVENT " + id, "STARTED_EVENT " + id,
                          "PROGRESS_EVENT " + id, "YIELD_EVENT " + id, "COMPLETED_EVENT " + id));

  // Once it has heard the end, nothing is owed.
  flows_ = back;
  ask(Json::parse(fmt::format(R"({{"type":"CANCEL_REQUEST","id":"c","task":"{}"}})", id)));
  EXPECT_THAT(world_.backlog(world_.connect(world_.request(robot_, "s1", kFlows)).backlog), IsEmpty());
}

// --- fates ------------------------------------------------------------------

TEST_P(Workflow, AnIdempotentTaskIsQueuedAgainAFewTimes) {
  const std::int64_t task = world_.task(me_, flows_, "again");
  for (int i = 2; i <= 4; ++i) {
    say("STARTED", task);
    flows_ = begin("s" + std::to_string(i));
    EXPECT_EQ(world_.latest(task), "QUEUED");
  }
  say("STARTED", task);
  flows_ = begin("s5");
  EXPECT_EQ(world_.events(task), "QUEUED STARTED QUEUED STARTED QUEUED STARTED QUEUED STARTED LOST");

  // Whoever was away is told once that it was made.
  int made = 0;
  world_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    for (const TaskNotice& notice : load_notices_since(reader, 0))
      made += notice.task->id == task && notice.created;
  });
  EXPECT_EQ(made, 1);
}

TEST_P(Workflow, ALostTaskSaysWhatIsKnown) {
  const std::int64_t task = world_.task(me_, flows_, "once");
  say("PROGRESS", task, R"(,"progress":40)");
  flows_ = begin("s2");
  const Json value = Json::parse(last_value(task));
  EXPECT_EQ(value["started"], Json(true));
  EXPECT_EQ(value["last_progress"], Json(40));
  EXPECT_EQ(value["effects"], Json("IRREVERSIBLE"));
}

// --- approval ---------------------------------------------------------------

class Approval : public Workflow {
 protected:
  void SetUp() override {
    say("COMPLETED", flow_);
    flow_ = world_.task(me_, flows_, "flow");
    say("STARTED", flow_);
  }
};
INSTANTIATE_TEST_SUITE_P(Both, Approval, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Approval, HoldsAChildUntilAPersonApproves) {
  const Outcome held = ask(request("r-1", "k", 1, R"(,"prompt":{"title":"Burn it?","description":null})"));
  const std::string id = parsed(held).at(0)["task"].as_string();
  const std::int64_t child = std::stoll(id);
  EXPECT_THAT(names(parsed(held)), ElementsAre("ASSIGN_RESPONSE " + id)) << "nobody is sent the task";
  EXPECT_EQ(world_.events(child), "HELD");
  EXPECT_EQ(Json::parse(last_value(child))["prompt"]["title"], Json("Burn it?"));
  EXPECT_EQ(world_.events(flow_), "QUEUED STARTED HELD");
  EXPECT_EQ(world_.latest(flow_), "STARTED") << "it is still running";
  EXPECT_EQ(Json::parse(last_value(flow_))["held"], Json(id));
  EXPECT_THAT(world_.backlog(world_.connect(world_.identity("adder")).backlog), IsEmpty());

  const std::vector<Json> frames = parsed(world_.decide(me_, child, true, "Go"));
  ASSERT_THAT(names(frames), ElementsAre("ASSIGN " + id));
  EXPECT_EQ(frames[0]["message"], Json("Go"));
  EXPECT_EQ(world_.events(child), "HELD DECIDED QUEUED");
}

TEST_P(Approval, ARefusedChildEndsWithoutHavingStarted) {
  const std::int64_t child = call("r-1", "k");
  const Outcome out = world_.decide(me_, child, false, "Never");
  EXPECT_THAT(out.messages, IsEmpty());
  EXPECT_EQ(world_.events(child), "HELD DENIED");
  EXPECT_EQ(Json::parse(last_value(child))["answer"], Json("Never"));
}

TEST_P(Approval, IsForThePersonAndNotForTheAppThatAsks) {
  const std::int64_t child = call("r-1", "k");
  EXPECT_THROW(world_.decide(robot_, child, true), base::Error);
  EXPECT_THROW(world_.decide(world_.identity("me", "u-2"), child, true), base::Error);
  EXPECT_THROW(world_.decide(me_, flow_, true), base::Error) << "it waits for nothing";
  EXPECT_EQ(world_.events(child), "HELD");
}

TEST_P(Approval, AHeldChildIsCancelledAtOnce) {
  const std::int64_t child = call("r-1", "k");
  const Outcome out =
      ask(Json::parse(fmt::format(R"({{"type":"CANCEL_REQUEST","id":"c","task":"{}"}})", child)));
  EXPECT_THAT(names(parsed(out)), ElementsAre(fmt::format("CONTROL_RESPONSE {}", child)));
  EXPECT_EQ(world_.events(child), "HELD CANCELLING CANCELLED");
}

TEST_P(Approval, ATaskHoldsItselfAndGetsItsAnswer) {
  const auto hold = [&] {
    return ask(Json::parse(fmt::format(R"({{"type":"HELD","task":"{}","message":"Sure?"}})", flow_)));
  };
  EXPECT_THAT(hold().messages, IsEmpty());
  EXPECT_EQ(world_.latest(flow_), "HELD");

  // Asked whether it still runs, it stays held.
  say("PROGRESS", flow_, R"(,"progress":0,"message":"Actor is still running")");
  EXPECT_EQ(world_.latest(flow_), "HELD");

  const std::vector<Json> frames = parsed(world_.decide(me_, flow_, false, "No"));
  ASSERT_THAT(names(frames), ElementsAre(fmt::format("DECIDE {}", flow_)));
  EXPECT_EQ(frames[0]["approved"], Json(false));
  EXPECT_EQ(frames[0]["answer"], Json("No"));
  EXPECT_EQ(frames[0]["auto"], Json(false));

  // It is told again until its agent has recorded it.
  const auto again = [&] {
    flows_ = world_.connect(world_.request(robot_, "s1", kFlows));
    return names(world_.backlog(flows_.backlog));
  };
  say("PROGRESS", flow_, R"(,"progress":50)");
  EXPECT_THAT(again(), ElementsAre(fmt::format("DECIDE {}", flow_)));
  say("EFFECT", flow_, R"(,"effect":"HOLD","key":"HOLD:1","value":{"approved":false})");
  EXPECT_THAT(again(), IsEmpty());
}

TEST_P(Approval, AQuestionStaysWhateverHappensMeanwhile) {
  ask(Json::parse(fmt::format(R"({{"type":"HELD","task":"{}"}})", flow_)));
  say("PROGRESS", flow_, R"(,"progress":50)");
  world_.control(me_, Control::kPause, flow_);
  world_.control(me_, Control::kResume, flow_);
  EXPECT_THAT(names(parsed(world_.decide(me_, flow_, true))), ElementsAre(fmt::format("DECIDE {}", flow_)));
  EXPECT_THROW(world_.decide(me_, flow_, true), base::Error) << "it was answered";
}

TEST_P(Approval, AnAnswerOutlivesTheProcessThatAsked) {
  const auto hold = [&] { ask(Json::parse(fmt::format(R"({{"type":"HELD","task":"{}"}})", flow_))); };
  say("PROGRESS", flow_, R"(,"task_step":1)");
  hold();
  world_.decide(me_, flow_, false, "No");
  say("EFFECT", flow_, R"(,"task_step":2,"effect":"HOLD","key":"HOLD:1","value":{"approved":false})");
  hold();
  world_.decide(me_, flow_, true, "Go");
  flows_ = begin("s2");
  EXPECT_EQ(backlog().at(0)["resume"]["effects"].dump(),
            R"([{"key":"HOLD:1","effect":"HOLD","value":{"approved":false}},)"
            R"({"key":"HOLD:2","effect":"HOLD","value":{"approved":true,"answer":"Go","auto":false}}])");

  // Without an answer, its next process asks again.
  hold();
  flows_ = begin("s3");
  EXPECT_THROW(world_.decide(me_, flow_, true), base::Error);
  EXPECT_THAT(backlog().at(0)["resume"]["effects"].items(), SizeIs(2));
}

TEST_P(Workflow, ARunInAutoModeIsApprovedAtOnce) {
  say("STARTED", flow_);
  const Outcome out = ask(Json::parse(fmt::format(R"({{"type":"HELD","task":"{}"}})", flow_)));
  EXPECT_EQ(parsed(out).at(0)["auto"], Json(true));
  EXPECT_EQ(world_.events(flow_), "QUEUED STARTED HELD DECIDED");
}

// --- not before a time ------------------------------------------------------

class Delayed : public Workflow {
 protected:
  std::int64_t delayed(const std::string& target) {
    return world_.assign(me_, "{" + target + R"(,"args":{},"notBefore":"2023-11-14T22:13:25Z"})").task;
  }
  std::vector<std::string> sweep(std::int64_t micros) {
    world_.now += micros;
    Outcome out;
    world_.database().write([&](sql::Writer& writer) { handle_due(writer, world_.now, out); });
    return names(parsed(out));
  }
  std::string by_name() { return fmt::format(R"("agent":"{}","interface":"add")", adder_.agent.agent); }
};
INSTANTIATE_TEST_SUITE_P(Both, Delayed, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Delayed, IsSentWhenItsTimeHasCome) {
  const std::int64_t task = delayed(by_name());
  EXPECT_THAT(world_.backlog(world_.connect(world_.identity("adder")).backlog), IsEmpty());
  EXPECT_THAT(sweep(0), IsEmpty());
  EXPECT_THAT(sweep(6'000'000), ElementsAre(fmt::format("ASSIGN {}", task)));
  EXPECT_THAT(sweep(0), IsEmpty());
  EXPECT_EQ(world_.events(task), "QUEUED");
}

TEST_P(Delayed, IsBoundToWhoOffersItThen) {
  const std::int64_t task =
      delayed(fmt::format(R"("action":"{}")", world_.number("select id from action where key = 'add'")));
  world_.disconnect(adder_);
  EXPECT_THAT(sweep(6'000'000), IsEmpty());
  EXPECT_EQ(world_.events(task), "QUEUED");
  adder_ = world_.connect(world_.identity("adder"));
  EXPECT_THAT(sweep(10'000'000), ElementsAre(fmt::format("ASSIGN {}", task)));
  EXPECT_EQ(world_.events(task), "QUEUED BOUND");
}

TEST_P(Delayed, IsCancelledAtOnce) {
  const std::int64_t task = delayed(by_name());
  EXPECT_THAT(world_.control(me_, Control::kCancel, task).messages, IsEmpty());
  EXPECT_EQ(world_.events(task), "QUEUED CANCELLING CANCELLED");
  EXPECT_THAT(sweep(6'000'000), IsEmpty());
}

}  // namespace
}  // namespace rekuest
