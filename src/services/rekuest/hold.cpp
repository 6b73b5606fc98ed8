#include "services/rekuest/hold.h"

#include "base/error.h"
#include "entity/lookup.h"
#include "services/rekuest/frame.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

NewEvent event_with(std::string_view kind, const Json& value, std::optional<std::string> message = {}) {
  NewEvent event = event_of_kind(kind, std::move(message));
  event.value = value.dump();
  return event;
}

Json decision_value(bool approved, const std::optional<std::string>& answer, bool automatic,
                    const std::optional<std::string>& user) {
  return Json::object({{"approved", approved},
                       {"answer", sql::json_or_null(answer)},
                       {"auto", automatic},
                       {"user", sql::json_or_null(user)}});
}

void tell_decision(TaskLedger& ledger, TaskState& task, const Json& value, Outcome& out) {
  ledger.append(task, event_with("DECIDED", value), Speaker::kServer);
  out.messages.push_back({task.agent, task.id, "DECIDE", decide_frame(task.id, value)});
}

// Who asked must not be who answers.
void check_who(sql::Writer& writer, TaskLedger& ledger, const TaskState& task, const service::Identity& who) {
  if (task.person != who.rows.user) {
    throw Error(code::kPermissionDenied, std::string("Only the user a task runs for may decide about it."));
  }
  std::int64_t asker = task.agent;
  if (task.withheld) {
    const TaskState* parent = ledger.find(task.parent);
    asker = parent == nullptr ? 0 : parent->agent;
  }
  const sql::Rows rows = writer.query("select client_id from agent where id = $1", {asker});
  if (!rows.empty() && rows.integer(0, 0) == who.rows.client) {
    throw Error(code::kPermissionDenied,
                std::string("The app that asks cannot decide for a person. Use another client."));
  }
}

}  // namespace

void hold_task(TaskLedger& ledger, std::int64_t agent, const Json& frame, Outcome& out) {
  const auto id = entity::row_id(text_member(frame, "task").value_or(""));
  TaskState* task = id ? ledger.find(*id) : nullptr;
  if (task == nullptr || task->agent != agent || task->done) return;
  const Json value =
      Json::object({{"kind", "self"}, {"prompt", frame["prompt"]}, {"details", frame["details"]}});
  ledger.append(*task, event_with("HELD", value, text_member(frame, "message")), Speaker::kAgent);
  if (task->automatic) tell_decision(ledger, *task, decision_value(true, {}, true, {}), out);
}

void hold_child(TaskLedger& ledger, TaskState& child, const Json& value) {
  ledger.append(child, event_with("HELD", value), Speaker::kServer);
  Json above = value;
  above.set("held", std::to_string(child.id));
  for (const std::int64_t id : {child.parent, child.root == child.parent ? 0 : child.root}) {
    TaskState* ancestor = id == 0 ? nullptr : ledger.find(id);
    if (ancestor == nullptr || ancestor->done) continue;
    NewEvent held = event_with("HELD", above);
    held.aside = true;  // it is still running
    ledger.append(*ancestor, std::move(held), Speaker::kServer);
  }
}

Outcome decide(sql::Writer& writer, const Decision& decision, const service::Identity& who,
               std::int64_t now) {
  TaskLedger ledger(writer, now);
  TaskState& task = ledger.task_of(decision.task, who.rows.organization);
  if (task.done) throw Error(code::kValidation, std::string("Task is already terminal"));
  if (task.withheld ? task.latest_kind != "HELD" : task.hold != "ASKED") {
    throw Error(code::kValidation, std::string("Task does not wait for a decision."));
  }
  check_who(writer, ledger, task, who);
  if (decision.has_values) {
    throw Error(code::kValidation, std::string("`values` answer a blok, and this task shows none."));
  }
  Outcome out;
  const Json value = decision_value(decision.approved, decision.answer, false, who.claims.sub);
  if (!task.withheld) {
    tell_decision(ledger, task, value, out);
  } else if (decision.approved) {
    ledger.append(task, event_with("DECIDED", value), Speaker::kServer);
    ledger.append(task, event_of_kind("QUEUED"), Speaker::kServer);
    ledger.release(task, decision.answer);
    for (AssignFrame& assign : load_assigns(writer, "t.id = $1", {task.id})) {
      out.messages.push_back({task.agent, task.id, "ASSIGN", std::move(assign)});
    }
  } else {
    ledger.append(task, event_with("DENIED", value, decision.answer), Speaker::kServer);
  }
  out.add(ledger.store());
  return out;
}

}  // namespace rekuest
