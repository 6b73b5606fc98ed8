#include "services/rekuest/due.h"

#include "base/error.h"
#include "services/rekuest/control.h"
#include "services/rekuest/dependencies.h"
#include "services/rekuest/target.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

constexpr std::int64_t kAtOnce = 256;
/// Until somebody offers the action.
constexpr std::int64_t kRetryMicros = 10'000'000;

void bind_target(sql::Writer& writer, TaskLedger& ledger, TaskState& task, std::int64_t now) {
  TargetRequest request;
  request.organization = task.organization;
  request.now = now;
  request.action = task.action;
  const Target target = choose_target(writer, request);
  const std::string dependencies =
      bind_dependencies(writer, task.organization, now, target.frame.implementation, {});
  ledger.bind(task, target.frame.implementation, target.agent);
  ledger.set_dependencies(task, dependencies);
  ledger.append(task, event_of_kind("BOUND"), Speaker::kServer);
}

// Those that the caller chose are bound since it was assigned.
void bind_open_dependencies(sql::Writer& writer, TaskLedger& ledger, const TaskState& task,
                            std::int64_t now) {
  const bool open = writer.query("select dependencies from task where id = $1", {task.id}).text(0, 0) == "{}";
  if (!open) return;
  ledger.set_dependencies(task, bind_dependencies(writer, task.organization, now, task.implementation, {}));
}

// False: nothing offers it, or what it needs, now; tried again later.
bool bind_delayed(sql::Writer& writer, TaskLedger& ledger, TaskState& task, std::int64_t now) {
  try {
    if (task.agent == 0) {
      bind_target(writer, ledger, task, now);
    } else {
      bind_open_dependencies(writer, ledger, task, now);
    }
  } catch (const base::Error& error) {
    if (error.code() != base::code::kValidation) throw;
    ledger.set_due(task, now + kRetryMicros);
    return false;
  }
  return true;
}

void release(sql::Writer& writer, TaskLedger& ledger, TaskState& task, std::int64_t now, Outcome& out) {
  if (!bind_delayed(writer, ledger, task, now)) return;
  ledger.release(task);
  for (AssignFrame& assign : load_assigns(writer, "t.id = $1", {task.id})) {
    out.messages.push_back({task.agent, task.id, "ASSIGN", std::move(assign)});
  }
}

}  // namespace

void handle_due(sql::Writer& writer, std::int64_t now, Outcome& out) {
  const bool shared = writer.dialect() == sql::Dialect::kPostgres;
  const sql::Rows rows =
      writer.query(std::string("select id from task where due_at <= $1 order by due_at limit $2") +
                       (shared ? " for no key update skip locked" : ""),
                   {now, kAtOnce});
  TaskLedger ledger(writer, now);
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  ledger.prefetch(ids);
  for (const std::int64_t id : ids) {
    TaskState& task = *ledger.find(id);
    if (task.done) {
      ledger.set_due(task, {});
    } else if (task.withheld) {
      release(writer, ledger, task, now, out);
    } else {
      ledger.set_due(task, {});
      if (task.latest_instruct == "CANCEL") escalate(writer, ledger, task, out);
    }
  }
  out.add(ledger.store());
}

std::optional<std::int64_t> next_due(sql::Reader& reader) {
  const sql::Rows rows = reader.query("select min(due_at) from task where due_at is not null");
  return sql::optional_integer(rows, 0, 0);
}

}  // namespace rekuest
