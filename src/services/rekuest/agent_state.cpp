#include "services/rekuest/agent_state.h"

#include <optional>
#include <string>

#include "entity/lookup.h"
#include "services/rekuest/frame.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

std::string text_of(const base::Json& frame, std::string_view member) {
  return text_member(frame, member).value_or("");
}

// The task a frame names if this agent runs it, else null.
sql::Value own_task(sql::Writer& writer, const JournalAgent& from, const base::Json& frame,
                    std::string_view member) {
  const auto id = entity::row_id(text_of(frame, member));
  if (!id) return std::monostate{};
  const sql::Rows rows =
      writer.query("select id from task where id = $1 and agent_id = $2", {*id, from.agent});
  if (rows.empty()) return std::monostate{};
  return *id;
}

std::optional<std::int64_t> find_state(sql::Writer& writer, const JournalAgent& from,
                                       const std::string& interface) {
  const sql::Rows rows =
      writer.query("select id from state where agent_id = $1 and interface = $2", {from.agent, interface});
  if (rows.empty()) return std::nullopt;
  return rows.integer(0, 0);
}

std::int64_t session_row(sql::Writer& writer, const JournalAgent& from, const std::string& session,
                         std::int64_t now) {
  const sql::Rows rows =
      writer.query("select id from session where agent_id = $1 and session_id = $2", {from.agent, session});
  if (!rows.empty()) return rows.integer(0, 0);
  return writer.insert(
      "insert into session (agent_id, session_id, started_at) values ($1, $2, $3) returning id",
      {from.agent, session, now});
}

void store_snapshots(sql::Writer& writer, const JournalAgent& from, const std::string& session,
                     const base::Json& values, std::int64_t revision, std::int64_t now) {
  if (!values.is_object()) return;
  for (const auto& [interface, value] : values.members()) {
    const auto state = find_state(writer, from, interface);
    if (!state) continue;
    writer.execute(
        "insert into snapshot (agent_id, state_id, session_id, value, timestamp, global_rev)"
        " values ($1, $2, $3, $4, $5, $6)",
        {from.agent, *state, session_row(writer, from, session, now), value.dump(), now, revision});
    writer.execute("update state set value = $2, updated_at = $3 where id = $1", {*state, value.dump(), now});
  }
}

// A new process begins: what the one before held in its memory is gone.
void begin_session(sql::Writer& writer, const JournalAgent& from, const base::Json& frame, std::int64_t now) {
  const std::string session = text_of(frame, "session_id");
  session_row(writer, from, session, now);
  writer.execute(
      "update lock set held_by_id = null, updated_at = $2 where agent_id = $1 and held_by_id is not null",
      {from.agent, now});
  writer.execute(
      "delete from memory_drawer where shelve_id in (select id from memory_shelve where agent_id = $1)"
      " and agent_minted = 1",
      {from.agent});
  store_snapshots(writer, from, session, frame["states"], 0, now);
}

void store_patch(sql::Writer& writer, const JournalAgent& from, const base::Json& frame, std::int64_t now) {
  const std::string interface = text_of(frame, "state_name");
  const auto state = find_state(writer, from, interface);
  if (!state) return;
  writer.execute(
      "insert into patch (agent_id, state_id, session_id, interface, op, path, value, timestamp, global_rev, "
      "task_id)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      {from.agent, *state, session_row(writer, from, text_of(frame, "session_id"), now), interface,
       text_of(frame, "op"), text_of(frame, "path"), frame["value"].dump(),
       micros_member(frame, "ts").value_or(now), frame["global_rev"].as_int64().value_or(0),
       own_task(writer, from, frame, "task_id")});
}

void hold_lock(sql::Writer& writer, const JournalAgent& from, const base::Json& frame, std::int64_t now) {
  const sql::Value task = own_task(writer, from, frame, "task");
  if (std::holds_alternative<std::monostate>(task)) return;
  writer.execute(
      "insert into lock (agent_id, key, held_by_id, created_at, updated_at) values ($1, $2, $3, $4, $4)"
      " on conflict (agent_id, key) do update set held_by_id = excluded.held_by_id, updated_at = "
      "excluded.updated_at",
      {from.agent, text_of(frame, "key"), task, now});
}

void release_lock(sql::Writer& writer, const JournalAgent& from, const base::Json& frame, std::int64_t now) {
  writer.execute("update lock set held_by_id = null, updated_at = $3 where agent_id = $1 and key = $2",
                 {from.agent, text_of(frame, "key"), now});
}

void shelve(sql::Writer& writer, const JournalAgent& from, const base::Json& frame, std::int64_t now) {
  writer.execute(
      "insert into memory_shelve (agent_id, name) select a.id, a.declared_name || ' memory shelve' from "
      "agent a"
      " where a.id = $1 on conflict (agent_id) do nothing",
      {from.agent});
  writer.execute(
      "insert into memory_drawer (shelve_id, resource_id, identifier, label, description, created_at, "
      "agent_minted)"
      " select id, $2, $3, $4, $5, $6, 1 from memory_shelve where agent_id = $1"
      " on conflict (shelve_id, resource_id) do update"
      " set identifier = excluded.identifier, label = excluded.label, description = excluded.description",
      {from.agent, text_of(frame, "resource_id"), text_of(frame, "identifier"),
       sql::nullable(text_member(frame, "label")), sql::nullable(text_member(frame, "description")), now});
}

void unshelve(sql::Writer& writer, const JournalAgent& from, const base::Json& frame) {
  writer.execute(
      "delete from memory_drawer where resource_id = $2"
      " and shelve_id in (select id from memory_shelve where agent_id = $1)",
      {from.agent, text_of(frame, "drawer")});
}

}  // namespace

void apply_agent_frame(sql::Writer& writer, const JournalAgent& from, std::string_view kind,
                       const base::Json& frame, std::int64_t now) {
  if (kind == "SESSION_INIT") begin_session(writer, from, frame, now);
  if (kind == "STATE_PATCH") store_patch(writer, from, frame, now);
  if (kind == "STATE_SNAPSHOT") {
    store_snapshots(writer, from, text_of(frame, "session_id"), frame["snapshots"],
                    frame["global_rev"].as_int64().value_or(0), now);
  }
  if (kind == "LOCK") hold_lock(writer, from, frame, now);
  if (kind == "UNLOCK") release_lock(writer, from, frame, now);
  if (kind == "SHELVE") shelve(writer, from, frame, now);
  if (kind == "UNSHELVE") unshelve(writer, from, frame);
}

}  // namespace rekuest
