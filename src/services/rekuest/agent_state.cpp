#include "services/rekuest/agent_state.h"

#include "entity/lookup.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/shelve.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

std::string text_of(const base::Json& frame, std::string_view member) {
  return text_member(frame, member).value_or("");
}

std::int64_t revision_of(const base::Json& frame) { return frame["global_rev"].as_int64().value_or(0); }

}  // namespace

AgentLedger::AgentLedger(sql::Writer& writer, const JournalAgent& from, std::int64_t now)
    : writer_(writer), agent_(from.agent), now_(now), states_(writer, from.agent, now) {}

void AgentLedger::apply(std::string_view kind, const base::Json& frame) {
  if (kind == "SESSION_INIT") begin_session(frame);
  if (kind == "STATE_PATCH") states_.patch(frame, own_task(frame, "task_id"));
  if (kind == "STATE_SNAPSHOT") {
    states_.snapshot(text_of(frame, "session_id"), frame["snapshots"], revision_of(frame));
  }
  if (kind == "LOCK") hold_lock(frame);
  if (kind == "UNLOCK") release_lock(frame);
  if (kind == "SHELVE") shelve(frame);
  if (kind == "UNSHELVE") unshelve(frame);
}

// The task a frame names if this agent runs it, else null.
sql::Value AgentLedger::own_task(const base::Json& frame, std::string_view member) {
  const std::string text = text_of(frame, member);
  const auto id = entity::row_id(text);
  if (!id) return {};
  const auto [known, first] = tasks_.try_emplace(text);
  if (first && !writer_.query("select 1 from task where id = $1 and agent_id = $2", {*id, agent_}).empty()) {
    known->second = *id;
  }
  return known->second;
}

// A new process begins: what the one before held in its memory is gone.
void AgentLedger::begin_session(const base::Json& frame) {
  const std::string session = text_of(frame, "session_id");
  states_.session(session);
  writer_.execute(
      "update lock set held_by_id = null, updated_at = $2 where agent_id = $1 and held_by_id is not null",
      {agent_, now_});
  writer_.execute(
      "delete from memory_drawer where shelve_id in (select id from memory_shelve where agent_id = $1)"
      " and agent_minted = 1",
      {agent_});
  states_.snapshot(session, frame["states"], 0);
}

void AgentLedger::hold_lock(const base::Json& frame) {
  const sql::Value task = own_task(frame, "task");
  if (std::holds_alternative<std::monostate>(task)) return;
  writer_.execute(
      "insert into lock (agent_id, key, held_by_id, created_at, updated_at) values ($1, $2, $3, $4, $4)"
      " on conflict (agent_id, key) do update set held_by_id = excluded.held_by_id, updated_at = "
      "excluded.updated_at",
      {agent_, text_of(frame, "key"), task, now_});
}

void AgentLedger::release_lock(const base::Json& frame) {
  writer_.execute("update lock set held_by_id = null, updated_at = $3 where agent_id = $1 and key = $2",
                  {agent_, text_of(frame, "key"), now_});
}

void AgentLedger::shelve(const base::Json& frame) {
  store_drawer(writer_, agent_,
               {text_of(frame, "resource_id"), text_of(frame, "identifier"), text_member(frame, "label"),
                text_member(frame, "description"), true},
               now_);
}

void AgentLedger::unshelve(const base::Json& frame) {
  writer_.execute(
      "delete from memory_drawer where resource_id = $2"
      " and shelve_id in (select id from memory_shelve where agent_id = $1)",
      {agent_, text_of(frame, "drawer")});
}

}  // namespace rekuest
