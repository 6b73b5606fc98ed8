#include "services/rekuest/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::names;
using rekuest_testing::numbered;
using rekuest_testing::task_report;
using rekuest_testing::whole_task;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class Journal : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  std::int64_t stored(const std::string& session) {
    return world_.number("select position from journal_position where journal_session = $1", {session});
  }
  std::string column(const char* name) {
    return world_.joined(std::string("select ") + name + " from task where id = " + std::to_string(task_));
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
  std::int64_t task_ = world_.task(me_, agent_);
};
INSTANTIATE_TEST_SUITE_P(Both, Journal, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Journal, TakesAWholeTaskInOneBatch) {
  const JournalOutcome outcome = world_.report(agent_, whole_task(task_, 1));

  EXPECT_THAT(outcome.positions, ElementsAre(Pair("s1", 4)));
  EXPECT_THAT(outcome.told.notices, SizeIs(4));
  EXPECT_EQ(stored("s1"), 4);
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED PROGRESS YIELD COMPLETED");
  EXPECT_EQ(column("is_done"), "1");
  EXPECT_EQ(column("reported"), "1");
  EXPECT_EQ(column("latest_returns"), R"({"return0":3})");
  EXPECT_EQ(column("latest_progress"), "0");
  EXPECT_EQ(column("finished_at"), std::to_string(world_.now));
}

TEST_P(Journal, AcknowledgesAResendWithoutApplyingItAgain) {
  world_.report(agent_, whole_task(task_, 1));
  const JournalOutcome again = world_.report(agent_, whole_task(task_, 1));

  EXPECT_THAT(again.positions, ElementsAre(Pair("s1", 4)));
  EXPECT_THAT(again.told.notices, IsEmpty());
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED PROGRESS YIELD COMPLETED");
}

TEST_P(Journal, TakesWhatIsNewOfABatchThatOverlaps) {
  const std::vector<Json> all = whole_task(task_, 1);
  world_.report(agent_, {all[0], all[1]});
  const JournalOutcome rest = world_.report(agent_, all);

  EXPECT_THAT(rest.positions, ElementsAre(Pair("s1", 4)));
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED PROGRESS YIELD COMPLETED");
}

TEST_P(Journal, SkipsAFrameRepeatedWithinABatch) {
  const Json started = task_report("STARTED", 2, task_);
  world_.report(agent_, {started, started});
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED");
}

TEST_P(Journal, AcceptsGaps) {
  const JournalOutcome outcome = world_.report(
      agent_, {task_report("STARTED", 7, task_), task_report("LOG", 100, task_, R"(,"message":"m")")});
  EXPECT_THAT(outcome.positions, ElementsAre(Pair("s1", 100)));
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED LOG");
}

TEST_P(Journal, CountsEachSessionOfAnAgentByItself) {
  const JournalOutcome outcome =
      world_.report(agent_, {task_report("STARTED", 9, task_, "", "before"),
                             task_report("PROGRESS", 1, task_, R"(,"progress":5)", "after")});
  EXPECT_THAT(outcome.positions, ElementsAre(Pair("after", 1), Pair("before", 9)));
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED PROGRESS");
}

TEST_P(Journal, KeepsThePositionsOfTwoAgentsApart) {
  const Registered other = world_.connect(world_.identity("other"));
  world_.report(other, {numbered("UNLOCK", 50, R"(,"key":"stage")")});
  world_.report(agent_, {task_report("STARTED", 3, task_)});
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED");
}

TEST_P(Journal, AcknowledgesWhatIsOfNoUse) {
  const JournalOutcome outcome =
      world_.report(agent_, {task_report("STARTED", 1, 4711), numbered("STARTED", 2, R"(,"task":"none")"),
                             numbered("STARTED", 3), numbered("STARTED", 4, R"(,"task":17)"),
                             numbered("LOCK", 5, R"(,"key":"stage","task":"4711")"),
                             numbered("STATE_PATCH", 6, R"(,"state_name":"nowhere","value":1)"),
                             numbered("UNSHELVE", 7, R"(,"drawer":"none")")});
  EXPECT_THAT(outcome.positions, ElementsAre(Pair("s1", 7)));
  EXPECT_THAT(outcome.told.notices, IsEmpty());
  EXPECT_EQ(world_.events(task_), "QUEUED");
}

TEST_P(Journal, AppliesUnnumberedReportsWithoutAnAcknowledgement) {
  const Json frame =
      Json::parse(R"({"type":"CRITICAL","task":")" + std::to_string(task_) + R"(","error":"no"})");
  const JournalOutcome outcome = world_.report(agent_, {frame});
  EXPECT_THAT(outcome.positions, IsEmpty());
  EXPECT_EQ(world_.events(task_), "QUEUED CRITICAL");
  EXPECT_EQ(column("latest_message"), "no");
}

TEST_P(Journal, OnlyTakesNoteOfThePositionOfAFrameThatIsSkipped) {
  const JournalOutcome outcome =
      world_.report(agent_, {task_report("STARTED", 5, task_)}, JournalMode::kSkip);
  EXPECT_THAT(outcome.positions, ElementsAre(Pair("s1", 5)));
  EXPECT_EQ(stored("s1"), 5);
  EXPECT_EQ(world_.events(task_), "QUEUED");
}

TEST_P(Journal, KeepsLateReportsWithoutMovingTheTask) {
  world_.report(agent_, whole_task(task_, 1));
  world_.report(agent_, {task_report("PROGRESS", 5, task_, R"(,"progress":7,"message":"late")"),
                         task_report("CRITICAL", 6, task_, R"(,"error":"too late")"),
                         task_report("YIELD", 7, task_, R"(,"returns":{"return0":9})")});

  EXPECT_EQ(world_.events(task_),
            "QUEUED STARTED PROGRESS YIELD COMPLETED LATE_REPORT LATE_REPORT LATE_REPORT");
  EXPECT_EQ(column("latest_event_kind"), "COMPLETED");
  EXPECT_EQ(column("latest_progress"), "0");
  EXPECT_EQ(column("latest_message"), "Queued for running");
  EXPECT_EQ(column("latest_returns"), R"({"return0":3})");
  EXPECT_EQ(world_.joined("select message from task_event where kind = 'LATE_REPORT' order by id"),
            "late too late null");
  EXPECT_EQ(world_.joined("select value from task_event where kind = 'LATE_REPORT' order by id"),
            R"({"kind":"PROGRESS"} {"kind":"CRITICAL"} {"kind":"YIELD"})");
}

TEST_P(Journal, WritesOneTerminalEventForATask) {
  world_.report(agent_, {task_report("FAILED", 1, task_, R"(,"error":"e","code":"C")"),
                         task_report("COMPLETED", 2, task_), task_report("CANCELLED", 3, task_)});
  EXPECT_EQ(world_.events(task_), "QUEUED FAILED LATE_REPORT LATE_REPORT");
  EXPECT_EQ(world_.text("select value from task_event where kind = 'FAILED'"), R"({"code":"C"})");
}

TEST_P(Journal, DoesNotLowerProgressForAnAnsweredInquiry) {
  world_.report(agent_,
                {task_report("STARTED", 1, task_), task_report("PROGRESS", 2, task_, R"(,"progress":80)"),
                 task_report("PROGRESS", 3, task_, R"(,"progress":0,"message":"Actor is still running")")});
  EXPECT_EQ(column("latest_progress"), "80");
}

TEST_P(Journal, IgnoresReportsOnAnotherAgentsTask) {
  const Registered other = world_.connect(world_.identity("other"));
  const JournalOutcome outcome = world_.report(other, {task_report("COMPLETED", 1, task_)});
  EXPECT_THAT(outcome.positions, ElementsAre(Pair("s1", 1)));
  EXPECT_EQ(world_.events(task_), "QUEUED");
  EXPECT_EQ(column("reported"), "0");
}

TEST_P(Journal, EndsATaskWhoseResultNoCallerCouldBeSent) {
  const std::string large = R"(,"returns":{"r":")" + std::string(1'000'000, 'x') + R"("})";
  world_.report(agent_, {task_report("STARTED", 1, task_), task_report("YIELD", 2, task_, large),
                         task_report("COMPLETED", 3, task_)});
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED CRITICAL LATE_REPORT");
  EXPECT_THAT(column("latest_message"), testing::HasSubstr("1000008 bytes"));
  EXPECT_EQ(column("latest_returns"), "null");
}

TEST_P(Journal, CutsAMessageThatIsTooLongBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "µ";
  world_.report(agent_, {task_report("LOG", 1, task_, R"(,"message":"x)" + text + "\"")});
  EXPECT_EQ(world_.joined("select message from task_event where kind = 'LOG'"),
            "x" + text.substr(0, 29'998) + "...");
}

struct Report {
  const char* kind;
  const char* members;
  const char* latest;  ///< `task.latest_event_kind` afterwards
  bool ends;
  const char* event;  ///< message, progress, returns, value, level, effect, key
};

TEST_P(Journal, WritesAnEventAndTheTaskRowForEachKindOfReport) {
  const std::vector<Report> reports{
      {"STARTED", "", "STARTED", false, "null null null null INFO null null"},
      {"PROGRESS", R"(,"progress":12,"message":"half")", "PROGRESS", false,
       "half 12 null null INFO null null"},
      {"PROGRESS", R"(,"progress":null,"message":null)", "PROGRESS", false,
       "null null null null INFO null null"},
      {"LOG", R"(,"message":"m","level":"WARN")", "QUEUED", false, "m null null null WARN null null"},
      {"LOG", R"(,"message":"m","level":"LOUD")", "QUEUED", false, "m null null null INFO null null"},
      {"YIELD", R"(,"returns":{"r":1.50})", "YIELD", false, R"(null null {"r":1.50} null INFO null null)"},
      {"EFFECT", R"(,"effect":"NOW","key":"NOW:1","value":2.0)", "QUEUED", false,
       "null null null 2.0 INFO NOW NOW:1"},
      {"PAUSED", R"(,"message":"here","details":{"at":1})", "PAUSED", false,
       R"(here null null {"at":1} INFO null null)"},
      {"RESUMED", "", "RESUMED", false, "null null null null INFO null null"},
      {"COMPLETED", "", "COMPLETED", true, "null null null null INFO null null"},
      {"FAILED", R"(,"error":"e","code":"C")", "FAILED", true, R"(e null null {"code":"C"} INFO null null)"},
      {"CRITICAL", R"(,"error":"e")", "CRITICAL", true, "e null null null INFO null null"},
      {"CANCELLED", "", "CANCELLED", true, "null null null null INFO null null"},
      {"INTERRUPTED", "", "INTERRUPTED", true, "null null null null INFO null null"},
  };
  std::int64_t position = 0;
  for (const Report& report : reports) {
    SCOPED_TRACE(std::string(report.kind) + report.members);
    task_ = world_.task(me_, agent_);
    world_.report(agent_, {task_report(report.kind, ++position, task_, report.members)});
    EXPECT_EQ(column("latest_event_kind"), report.latest);
    EXPECT_EQ(column("is_done"), report.ends ? "1" : "0");
    EXPECT_EQ(column("finished_at") == "null", !report.ends);
    EXPECT_EQ(column("reported"), "1");
    const sql::Rows row = world_.rows(
        "select message, progress, returns, value, level, effect, key from task_event where task_id = $1"
        " and kind = $2",
        {task_, std::string(report.kind)});
    ASSERT_EQ(row.size(), 1u);
    std::string event;
    for (std::size_t at = 0; at < row.columns(); ++at) {
      event +=
          (at == 0 ? "" : " ") + (row.is_null(0, at) ? std::string("null") : std::string(row.text(0, at)));
    }
    EXPECT_EQ(event, report.event);
  }
}

TEST_P(Journal, KeepsTheStampsOfAFrame) {
  world_.report(agent_, {task_report("STARTED", 6, task_, R"(,"agent_ts":1795457124.051,"task_step":3)"),
                         task_report("LOG", 7, task_, R"(,"message":"m","task_step":2)")});
  EXPECT_EQ(world_.joined("select agent_pos from task_event where kind <> 'QUEUED' order by id"), "6 7");
  EXPECT_EQ(world_.joined("select step from task_event where kind <> 'QUEUED' order by id"), "3 2");
  EXPECT_EQ(world_.number("select agent_ts / 1000 from task_event where kind = 'STARTED'"), 1795457124051);
  EXPECT_EQ(column("last_step"), "3");
}

TEST_P(Journal, PassesOverATimeNobodyCanMean) {
  world_.report(agent_, {task_report("STARTED", 1, task_, R"(,"agent_ts":1e300)"),
                         task_report("LOG", 2, task_, R"(,"message":"m","agent_ts":NaN)"),
                         task_report("LOG", 3, task_, R"(,"message":"m","agent_ts":"now")")});
  EXPECT_EQ(world_.joined("select agent_ts from task_event where kind <> 'QUEUED'"), "null null null");
}

TEST_P(Journal, TakesTheUnlockThatFollowsTheEnd) {
  const std::string of_task = R"(,"task":")" + std::to_string(task_) + R"(","key":"stage")";
  world_.report(agent_, {task_report("STARTED", 1, task_), numbered("LOCK", 2, of_task)});
  EXPECT_EQ(world_.number("select held_by_id from lock"), task_);

  world_.report(agent_, {task_report("COMPLETED", 3, task_), numbered("UNLOCK", 4, of_task)});

  EXPECT_EQ(world_.joined("select held_by_id from lock"), "null");
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED COMPLETED");
}

TEST_P(Journal, LosesBegunTasksToANewProcessAndKeepsTheOthers) {
  const std::int64_t unheard = world_.task(me_, agent_);
  world_.report(agent_,
                {task_report("STARTED", 1, task_), task_report("PROGRESS", 2, task_, R"(,"progress":30)")});
  world_.disconnect(agent_);
  const Registered next = world_.connect(world_.request(me_, "s2"));

  const JournalOutcome outcome =
      world_.report(next, {numbered("SESSION_INIT", 1, R"(,"session_id":"s2","states":{})", "s2")});

  EXPECT_THAT(outcome.told.notices, SizeIs(1));
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED PROGRESS LOST");
  EXPECT_EQ(world_.events(unheard), "QUEUED");
  const Json value = Json::parse(world_.text("select value from task_event where kind = 'LOST'"));
  EXPECT_EQ(value["started"], Json(true));
  EXPECT_EQ(value["last_progress"], Json(30));
  EXPECT_EQ(value["effects"], Json("UNKNOWN"));
  EXPECT_THAT(names(world_.backlog(outcome.backlog)), ElementsAre("ASSIGN " + std::to_string(unheard)));
}

TEST_P(Journal, DoesNotEndATaskTwiceIfItsReportFollowsTheNewSession) {
  world_.disconnect(agent_);
  const Registered next = world_.connect(world_.request(me_, "s2"));
  world_.report(next,
                {task_report("STARTED", 1, task_), task_report("PROGRESS", 2, task_, R"(,"progress":30)"),
                 numbered("SESSION_INIT", 1, R"(,"session_id":"s2","states":{})", "s2"),
                 task_report("COMPLETED", 3, task_)});
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED PROGRESS LOST LATE_REPORT");
}

// Killed before its SESSION_INIT was acknowledged: its successor says that again,
// and then what it reported.
TEST_P(Journal, WaitsForTheNewProcessesOwnSessionWhenThatOfAnEarlierOneIsToldAgain) {
  world_.disconnect(agent_);
  const Registered next = world_.connect(world_.request(me_, "s2"));

  const JournalOutcome before =
      world_.report(next, {numbered("SESSION_INIT", 1, R"(,"session_id":"s1b","states":{})", "s1b")});
  EXPECT_FALSE(before.backlog) << "the process before may have begun this task";
  world_.report(next, {task_report("STARTED", 2, task_, "", "s1b")});
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED");

  const JournalOutcome own =
      world_.report(next, {numbered("SESSION_INIT", 1, R"(,"session_id":"s2","states":{})", "s2")});
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED LOST");
  EXPECT_THAT(world_.backlog(own.backlog), IsEmpty());
}

// Assigned between its REGISTER and its SESSION_INIT, it was sent to the new process.
TEST_P(Journal, LeavesTheEndOfATaskToTheProcessThatWasSentIt) {
  world_.disconnect(agent_);
  const Registered next = world_.connect(world_.request(me_, "s2"));
  const std::int64_t sent = world_.task(me_, next);
  world_.control(me_, Control::kCancel, sent);
  world_.report(next, {numbered("SESSION_INIT", 1, R"(,"session_id":"s2","states":{})", "s2")});
  EXPECT_EQ(world_.events(sent), "QUEUED CANCELLING");
}

TEST_P(Journal, LeavesTasksAloneWhenASessionIsToldAgain) {
  const Json init = numbered("SESSION_INIT", 1, R"(,"session_id":"s1","states":{})");
  world_.report(agent_, {init, task_report("STARTED", 2, task_)});
  world_.report(agent_, {init});
  EXPECT_EQ(world_.events(task_), "QUEUED STARTED");
}

TEST_P(Journal, ForgetsNothingOfAFailedBatch) {
  JournalOutcome outcome;
  EXPECT_THROW(world_.database().write([&](sql::Writer& writer) {
    apply_frames(writer, agent_.agent, whole_task(task_, 1), JournalMode::kApply, world_.now, outcome);
    throw std::runtime_error("the body fails");
  }),
               std::runtime_error);
  EXPECT_EQ(world_.events(task_), "QUEUED");

  EXPECT_THAT(world_.report(agent_, whole_task(task_, 1)).told.notices, SizeIs(4));
}

TEST_P(Journal, NeedsFewDurableCommitsForATask) {
  const std::uint64_t before = world_.database().stats().commits;
  const std::int64_t task = world_.task(me_, agent_);
  world_.report(agent_, whole_task(task, 1));
  EXPECT_LE(world_.database().stats().commits - before, 3u);
  EXPECT_EQ(world_.latest(task), "COMPLETED");
}

}  // namespace
}  // namespace rekuest
