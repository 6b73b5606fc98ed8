#include "services/rekuest/fate.h"

#include <fmt/format.h>

#include <limits>

#include "base/json.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

// Open tasks of an agent that are affected by the end of its process: those it
// had begun, and those it never spoke of that nobody wants any more.
constexpr std::string_view kAffected =
    "t.is_done = 0 and t.withheld = 0"
    " and (t.reported = 1 or t.latest_instruct_kind in ('CANCEL', 'INTERRUPT'))";

constexpr std::int64_t kAllTasks = std::numeric_limits<std::int64_t>::max();

// Its agent offers the workflow with the code it began with.
constexpr std::string_view kSameWorkflow =
    "case when i.execution = 'WORKFLOW' and i.code_hash = t.code_hash then 1 else 0 end";

// Nobody can have it any more, though it waits: what its agent offers now does
// not have the action, or has another workflow than the one that is to go on.
std::string stranded() {
  return fmt::format("(i.id is null or (t.code_hash is not null and t.last_step > 0 and {} = 0))",
                     kSameWorkflow);
}

// What takes its agent down each time must not be tried for ever.
constexpr std::int64_t kMostAttempts = 4;

struct Facts {
  std::optional<std::int64_t> last_progress;
  std::string effects;
  bool same_workflow = false;
  bool stranded = false;
  bool idempotent = false;
  std::int64_t attempts = 0;
};

NewEvent lost_event(const TaskState& task, const Facts& facts, std::string_view reason) {
  NewEvent lost = event_of_kind("LOST", std::string(reason));
  const bool queued_again = facts.attempts > 1;
  lost.value = base::Json::object({{"started", task.reported || queued_again},
                                   {"last_progress", sql::json_or_null(facts.last_progress)},
                                   {"effects", facts.effects},
                                   {"reason", reason}})
                   .dump();
  return lost;
}

void queue_again(TaskLedger& ledger, TaskState& task, std::string message) {
  ledger.requeue(task);
  ledger.append(task, event_of_kind("QUEUED", std::move(message)), Speaker::kServer);
}

void decide(TaskLedger& ledger, TaskState& task, const Facts& facts, std::string_view reason) {
  if (!task.reported) {
    // Unless another process was quicker and queued it again.
    if (task.latest_instruct == "CANCEL") ledger.append(task, event_of_kind("CANCELLED"), Speaker::kServer);
    if (task.latest_instruct == "INTERRUPT") {
      ledger.append(task, event_of_kind("INTERRUPTED"), Speaker::kServer);
    }
    if (!task.done && facts.stranded) {
      ledger.append(task, lost_event(task, facts, "Its app does not offer this any more."), Speaker::kServer);
    }
  } else if (facts.same_workflow) {
    queue_again(ledger, task, "The app that ran this workflow is gone. Its next start goes on with it.");
  } else if (facts.idempotent && facts.attempts < kMostAttempts) {
    queue_again(ledger, task, "The app that ran this task is gone. It was queued again.");
  } else {
    ledger.append(task, lost_event(task, facts, reason), Speaker::kServer);
  }
}

}  // namespace

void decide_fates(sql::Writer& writer, std::int64_t agent, std::int64_t up_to, std::string_view reason,
                  std::int64_t now, Outcome& out) {
  const sql::Rows rows = writer.query(
      fmt::format(
          "select t.id, t.latest_progress, i.effects,"
          " {0}, case when {1} then 1 else 0 end, a.idempotent,"
          " (select count(*) from task_event e where e.task_id = t.id and e.kind = 'QUEUED')"
          " from task t join action a on a.id = t.action_id"
          " left join implementation i on i.id = t.implementation_id"
          " where t.agent_id = $1 and t.id <= $2 and ({2} or (t.is_done = 0 and t.withheld = 0 and {1}))"
          " order by t.id",
          kSameWorkflow, stranded(), kAffected),
      {agent, up_to});
  TaskLedger ledger(writer, now);
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  ledger.prefetch(ids);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    TaskState& task = *ledger.find(ids[row]);
    if (task.done) continue;  // another process was quicker
    decide(ledger, task,
           {sql::optional_integer(rows, row, 1), sql::optional_text(rows, row, 2).value_or("UNKNOWN"),
            rows.integer(row, 3) != 0, rows.integer(row, 4) != 0, rows.integer(row, 5) != 0,
            rows.integer(row, 6)},
           reason);
  }
  out.add(ledger.store());
}

void decide_overdue_fates(sql::Writer& writer, std::int64_t away_since, std::int64_t now, Outcome& out) {
  const sql::Rows rows =
      writer.query(fmt::format("select distinct g.id from agent g join task t on t.agent_id = g.id"
                               " where g.connected = 0 and g.disconnected_at < $1 and {}",
                               kAffected),
                   {away_since});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    decide_fates(writer, rows.integer(row, 0), kAllTasks, "The app that ran this task is gone.", now, out);
  }
}

}  // namespace rekuest
