#include "services/rekuest/state_ledger.h"

#include <utility>

#include "services/rekuest/frame.h"
#include "services/rekuest/state_patch.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Json;

std::string text_of(const Json& frame, std::string_view member) {
  return text_member(frame, member).value_or("");
}

sql::Value json_or_null(const Json& value) {
  return value.is_null() ? sql::Value() : sql::Value(value.dump());
}

}  // namespace

StateLedger::StateLedger(sql::Writer& writer, std::int64_t agent, std::int64_t now)
    : writer_(writer),
      agent_(agent),
      now_(now),
      patches_(writer,
               "patch (agent_id, state_id, session_id, interface, op, path, from_path, value, old_value, "
               "timestamp, global_rev, task_id)") {}

std::int64_t StateLedger::session(const std::string& name) {
  const auto [known, first] = sessions_.try_emplace(name, 0);
  if (!first) return known->second;
  const sql::Rows rows =
      writer_.query("select id from session where agent_id = $1 and session_id = $2", {agent_, name});
  known->second = !rows.empty() ? rows.integer(0, 0)
                                : writer_.insert(
                                      "insert into session (agent_id, session_id, started_at)"
                                      " values ($1, $2, $3) returning id",
                                      {agent_, name, now_});
  return known->second;
}

StateLedger::State* StateLedger::find(const std::string& interface) {
  const auto [known, first] = states_.try_emplace(interface);
  if (first) {
    const sql::Rows rows =
        writer_.query("select id, session_id, global_rev from state where agent_id = $1 and interface = $2",
                      {agent_, interface});
    if (!rows.empty()) {
      State& state = known->second.emplace();
      state.id = rows.integer(0, 0);
      state.at = {sql::optional_integer(rows, 0, 1).value_or(0), rows.integer(0, 2)};
    }
  }
  return known->second ? &*known->second : nullptr;
}

Json& StateLedger::value_of(State& state) {
  if (!state.value) {
    if (!state.text) {
      state.text = writer_.query("select value from state where id = $1", {state.id}).text(0, 0);
    }
    state.value = Json::parse(*state.text);
  }
  return *state.value;
}

void StateLedger::snapshot(const std::string& name, const Json& values, std::int64_t revision) {
  if (!values.is_object()) return;
  for (const auto& [interface, value] : values.members()) {
    State* state = find(interface);
    if (state == nullptr) continue;
    const StatePoint at{session(name), revision};
    std::string text = value.dump();
    writer_.execute(
        "insert into snapshot (agent_id, state_id, session_id, value, timestamp, global_rev)"
        " values ($1, $2, $3, $4, $5, $6)",
        {agent_, state->id, at.session, text, now_, revision});
    if (at < state->at) continue;
    if (at.session != state->at.session) {
      changes_.push_back({state->id, agent_, interface, at, name, now_, true, "", "", value});
    }
    state->at = at;
    state->text = std::move(text);
    state->value.reset();
    state->changed = true;
  }
}

void StateLedger::patch(const Json& frame, sql::Value task) {
  const std::string interface = text_of(frame, "state_name");
  State* state = find(interface);
  if (state == nullptr) return;
  const std::string name = text_of(frame, "session_id");
  const StatePoint at{session(name), frame["global_rev"].as_int64().value_or(0)};
  const std::int64_t timestamp = micros_member(frame, "ts").value_or(now_);
  const std::string op = text_of(frame, "op");
  const std::string path = text_of(frame, "path");
  patches_.add({agent_, state->id, at.session, interface, op, path, sql::nullable(text_member(frame, "from")),
                frame["value"].dump(), json_or_null(frame["old_value"]), timestamp, at.revision,
                std::move(task)});
  if (at.session < state->at.session) return;
  // Also one that a snapshot contained: who watches has not seen it.
  changes_.push_back({state->id, agent_, interface, at, name, timestamp, false, op, path, frame["value"]});
  if (at > state->at) apply(*state, at, frame);
}

void StateLedger::apply(State& state, StatePoint at, const Json& frame) {
  // A process that began without this state knows nothing of its earlier value.
  if (at.session != state.at.session) state.value = Json::object();
  const std::string op = text_of(frame, "op");
  const std::string path = text_of(frame, "path");
  const std::string from = text_of(frame, "from");
  apply_patch(value_of(state), {op, path, from}, frame["value"]);
  state.at = at;
  state.changed = true;
}

std::vector<StateChange> StateLedger::store() {
  patches_.finish();
  for (auto& [interface, state] : states_) {
    if (!state || !state->changed) continue;
    writer_.execute(
        "update state set value = $2, session_id = $3, global_rev = $4, updated_at = $5 where id = $1",
        {state->id, state->value ? state->value->dump() : *state->text, state->at.session, state->at.revision,
         now_});
  }
  return std::move(changes_);
}

}  // namespace rekuest
