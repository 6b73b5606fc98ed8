#include "services/rekuest/testing/task_world.h"

#include <fmt/format.h>

namespace rekuest_testing {

using base::Json;
using namespace rekuest;

const char* const kDeclaration = R"({
  "name": "app:1.0.0", "hash": "h1", "features": ["state_requires"],
  "implementations": [
    {"interface": "add", "needs_token": true, "definition": {
      "key": "add", "version": "1", "name": "Add", "kind": "FUNCTION",
      "args": [{"key": "a", "kind": "INT", "nullable": true},
               {"key": "image", "kind": "STRUCTURE", "identifier": "@mikro/image", "nullable": true}]}},
    {"interface": "sub", "definition": {"key": "sub", "version": "1", "name": "Sub", "kind": "FUNCTION"}}],
  "locks": [{"key": "stage", "definition": {"key": "stage"}}],
  "states": [{"interface": "pos", "definition": {"name": "p", "ports": [{"key": "x", "kind": "FLOAT"}]}}]})";

Who TaskWorld::identity(const std::string& client, const std::string& user, const std::string& organization,
                        const std::string& app) {
  const Registrant known = registrant(client, app, "1.0.0", organization);
  auto who = std::make_shared<service::Identity>();
  who->claims.sub = user;
  who->claims.client_id = client;
  who->rows.organization = known.organization;
  who->rows.user = row("user_account", "sub,iss", {user, std::string("lok")});
  who->rows.client = known.client;
  who->rows.release = known.release;
  return who;
}

RegisterRequest TaskWorld::request(const Who& who, const std::string& session, std::string_view declaration) {
  Json frame = Json::parse(declaration);
  frame.set("type", "REGISTER");
  frame.set("session_id", session);
  return RegisterRequest::read(who, frame, shapes());
}

Registered TaskWorld::connect(const RegisterRequest& request) {
  Registered registered;
  database().write([&](sql::Writer& writer) { registered = connect_agent(writer, request, "here", now); });
  return registered;
}

Registered TaskWorld::connect(const Who& who, const std::string& session) {
  Registered registered = connect(request(who, session));
  database().write([&](sql::Writer& writer) {
    writer.execute(
        "insert into session (agent_id, session_id, started_at) values ($1, $2, $3) on conflict do nothing",
        {registered.agent.agent, session, now});
  });
  return registered;
}

void TaskWorld::disconnect(const Registered& registered) {
  database().write([&](sql::Writer& writer) { mark_disconnected(writer, registered, now); });
}

Assigned TaskWorld::assign(const Who& who, std::string_view input) {
  Json given = Json::parse(input);
  if (given.find("capture") == nullptr) given.set("capture", false);
  const AssignRequest request =
      AssignRequest::read(who, entity::decode<schema::AssignInput>(std::move(given)), now);
  Assigned assigned;
  database().write([&](sql::Writer& writer) { assigned = assign_task(writer, request); });
  return assigned;
}

std::int64_t TaskWorld::task(const Who& who, const Registered& agent) { return task(who, agent, "add"); }

std::int64_t TaskWorld::task(const Who& who, const Registered& agent, std::string_view interface,
                             std::string_view more) {
  return assign(who, fmt::format(R"({{"agent":"{}","interface":"{}","args":{{"a":1}}{}}})", agent.agent.agent,
                                 interface, more))
      .task;
}

Outcome TaskWorld::control(const Who& who, Control what, std::int64_t task, bool step) {
  Outcome out;
  database().write([&](sql::Writer& writer) { out = control_task(writer, what, task, step, *who, now); });
  return out;
}

Outcome TaskWorld::decide(const Who& who, std::int64_t task, bool approved,
                          std::optional<std::string> answer) {
  Outcome out;
  database().write([&](sql::Writer& writer) {
    out = rekuest::decide(writer, {task, approved, answer, false}, *who, now);
  });
  return out;
}

std::vector<Json> TaskWorld::backlog(const std::optional<BacklogBounds>& bounds,
                                     const ProvenanceSigner& signer) {
  Backlog backlog(database(), signer, bounds.value());
  std::vector<Json> frames;
  while (const auto frame = backlog.next()) frames.push_back(Json::parse(*frame));
  return frames;
}

JournalOutcome TaskWorld::report(const Registered& agent, const std::vector<Json>& frames, JournalMode mode) {
  JournalOutcome outcome;
  database().write(
      [&](sql::Writer& writer) { apply_frames(writer, agent.agent, frames, mode, now, outcome); });
  return outcome;
}

std::string TaskWorld::events(std::int64_t task) {
  return joined("select kind from task_event where task_id = $1 order by id", {task});
}

std::string TaskWorld::latest(std::int64_t task) {
  return text("select latest_event_kind from task where id = $1", {task});
}

std::string TaskWorld::joined(std::string_view sql, std::vector<sql::Value> parameters) {
  const sql::Rows found = rows(sql, std::move(parameters));
  std::string all;
  for (std::size_t row = 0; row < found.size(); ++row) {
    if (row > 0) all += ' ';
    all += found.is_null(row, 0) ? "null" : found.text(row, 0);
  }
  return all;
}

Json parsed(const AgentMessage& message) {
  const auto* assign = std::get_if<AssignFrame>(&message.frame);
  return Json::parse(assign != nullptr ? assign->text({}, 1'700'000'000'000'000)
                                       : std::get<std::string>(message.frame));
}

std::vector<Json> parsed(const Outcome& outcome) {
  std::vector<Json> frames;
  for (const AgentMessage& message : outcome.messages) frames.push_back(parsed(message));
  return frames;
}

std::vector<std::string> names(const std::vector<Json>& frames) {
  std::vector<std::string> list;
  for (const Json& frame : frames)
    list.push_back(frame["type"].as_string() + " " + frame["task"].as_string());
  return list;
}

Json numbered(std::string_view kind, std::int64_t position, std::string_view more, std::string_view session) {
  return Json::parse(fmt::format(R"({{"id":"x","type":"{}","pos":{},"journal_session":"{}"{}}})", kind,
                                 position, session, more));
}

Json task_report(std::string_view kind, std::int64_t position, std::int64_t task, std::string_view more,
                 std::string_view session) {
  return numbered(kind, position, fmt::format(R"(,"task":"{}"{})", task, more), session);
}

std::vector<Json> whole_task(std::int64_t task, std::int64_t position) {
  return {task_report("STARTED", position, task),
          task_report("PROGRESS", position + 1, task, R"(,"progress":0,"message":"Queued for running")"),
          task_report("YIELD", position + 2, task, R"(,"returns":{"return0":3})"),
          task_report("COMPLETED", position + 3, task)};
}

}  // namespace rekuest_testing
