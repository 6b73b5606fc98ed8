#include "services/rekuest/agent_admin.h"

#include <utility>

#include "base/error.h"
#include "service/call.h"
#include "services/rekuest/catalog.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/retention.h"
#include "services/rekuest/schema/agent.h"
#include "services/rekuest/schema/implementation.h"
#include "services/rekuest/shelve.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using What = AgentNotice::What;
namespace code = base::code;

/// An agent as decisions about it need it. Throws base::Error(kNotFound).
struct Found {
  std::int64_t id = 0;
  std::string name;
  bool connected = false;
};
Found find_agent(sql::Reader& reader, const Call& call, const entity::Id& id) {
  const std::int64_t agent = id.row("agent");
  const sql::Rows rows = reader.query(
      "select coalesce(user_name, declared_name), connected from agent where id = $1 and organization_id = "
      "$2",
      {agent, call.organization});
  if (rows.empty()) throw Error(code::kNotFound, "No agent with the id {}.", id.text);
  return {agent, std::string(rows.text(0, 0)), rows.integer(0, 1) != 0};
}

// For the connection it has now, wherever that is. Never kept for later: an
// agent that comes back is another process.
AgentMessage message_now(std::int64_t agent, const std::string& text) { return {agent, 0, "", text, true}; }

/// Writes, and tells of it after the commit, with a frame to the agent if there is one.
template <class Body>
AgentNotice change(const AgentAdmin& admin, const Body& body, std::optional<std::string> text = {}) {
  AgentNotice notice;
  admin.changes.run_and_wait([&](sql::Writer& writer) {
    Outcome told;
    notice = body(writer);
    told.agents.push_back(notice);
    if (text) told.messages.push_back(message_now(notice.agent, *text));
    return told;
  });
  return notice;
}

std::string kick_frame(const std::optional<std::string>& reason) {
  return frame("KICK", {{"reason", sql::json_or_null(reason)}});
}

std::int64_t send_now(const AgentAdmin& admin, Call& call, const entity::Id& id, const std::string& text) {
  std::int64_t found = 0;
  admin.changes.run_and_wait([&](sql::Writer& writer) {
    const Found agent = find_agent(writer, call, id);
    if (!agent.connected) throw Error(code::kValidation, "The agent {} is not connected.", agent.name);
    found = agent.id;
    Outcome told;
    told.messages.push_back(message_now(agent.id, text));
    return told;
  });
  return found;
}

std::int64_t set_blocked(const AgentAdmin& admin, Call& call, const entity::Id& id, bool blocked,
                         std::optional<std::string> text = {}) {
  const auto body = [&](sql::Writer& writer) {
    const Found agent = find_agent(writer, call, id);
    writer.execute("update agent set blocked = $2 where id = $1", {agent.id, sql::flag(blocked)});
    return notice_of(writer, agent.id, What::kUpdated);
  };
  return change(admin, body, std::move(text)).agent;
}

std::int64_t block(const AgentAdmin& admin, Call& call, const schema::BlockInput& in) {
  return set_blocked(admin, call, in.agent, true, kick_frame(in.reason));
}

std::int64_t pin(const AgentAdmin& admin, Call& call, const schema::PinInput& in) {
  std::int64_t agent = 0;
  admin.database.write([&](sql::Writer& writer) {
    agent = find_agent(writer, call, in.id).id;
    writer.execute(in.pin ? "insert into agent_pin (agent_id, user_id) values ($1, $2) on conflict do nothing"
                          : "delete from agent_pin where agent_id = $1 and user_id = $2",
                   {agent, call.user});
  });
  return agent;
}

// Without a name the agent has the one it gives itself.
std::int64_t rename(const AgentAdmin& admin, Call& call, const schema::UpdateAgentInput& in) {
  return change(admin,
                [&](sql::Writer& writer) {
                  const Found agent = find_agent(writer, call, in.id);
                  const bool is_named = in.name && !in.name->empty();
                  writer.execute("update agent set user_name = $2 where id = $1",
                                 {agent.id, is_named ? sql::Value(*in.name) : sql::Value()});
                  return notice_of(writer, agent.id, What::kUpdated);
                })
      .agent;
}

// A task keeps its history without its agent, but could not end without it.
void expect_no_open_tasks(sql::Reader& reader, std::string_view column, std::int64_t id) {
  const std::int64_t open =
      reader.query("select count(*) from task where " + std::string(column) + " = $1 and is_done = 0", {id})
          .integer(0, 0);
  if (open > 0) throw Error(code::kValidation, "{} tasks of it have not ended. Cancel them first.", open);
}

Found find_deletable(sql::Reader& reader, const Call& call, const entity::Id& id) {
  Found agent = find_agent(reader, call, id);
  if (agent.connected) {
    throw Error(code::kValidation, "The agent {} is connected. Stop its app or kick it first.", agent.name);
  }
  expect_no_open_tasks(reader, "agent_id", agent.id);
  return agent;
}

Json delete_agent(const AgentAdmin& admin, Call& call, const schema::DeleteAgentInput& in) {
  Found found;
  call.read([&](sql::Reader& reader) { found = find_deletable(reader, call, in.id); });
  delete_history(admin.database, found.id);
  change(admin, [&](sql::Writer& writer) {
    const Found agent = find_deletable(writer, call, in.id);
    AgentNotice notice = notice_of(writer, agent.id, What::kDeleted);
    const sql::Rows rows = writer.query("select id from implementation where agent_id = $1", {agent.id});
    for (std::size_t row = 0; row < rows.size(); ++row)
      notice.implementations_deleted.push_back(rows.integer(row, 0));
    writer.execute("delete from agent where id = $1", {agent.id});
    return notice;
  });
  return in.id.text;
}

// The agent's hash is forgotten: an app that still offers it brings it back when
// it registers the next time.
Json delete_implementation(const AgentAdmin& admin, Call& call, const schema::DeleteImplementationInput& in) {
  change(admin, [&](sql::Writer& writer) {
    const std::int64_t id = in.implementation.row("implementation");
    const sql::Rows rows = writer.query(
        "select g.id from implementation i join agent g on g.id = i.agent_id"
        " where i.id = $1 and g.organization_id = $2",
        {id, call.organization});
    if (rows.empty()) {
      throw Error(code::kNotFound, "No implementation with the id {}.", in.implementation.text);
    }
    expect_no_open_tasks(writer, "implementation_id", id);
    AgentNotice notice = notice_of(writer, rows.integer(0, 0), What::kOfferOnly);
    notice.implementations_deleted = {id};
    writer.execute("delete from implementation where id = $1", {id});
    writer.execute("update agent set hash = '' where id = $1", {notice.agent});
    return notice;
  });
  return in.implementation.text;
}

std::int64_t ensure(const AgentAdmin& admin, Call& call, const schema::AgentInput& in) {
  if (in.kind == schema::AgentKind::kWebhook || in.hook_url || in.hook_url_secret) {
    throw Error(code::kNotImplemented, std::string("Webhook agents are not built yet."));
  }
  const Registrant who = registrant_of(*service::call_of(call).who);
  return change(admin,
                [&](sql::Writer& writer) {
                  const auto [agent, is_new] = ensure_agent(writer, who, call.now);
                  writer.execute(
                      "update agent set declared_name = coalesce($2, declared_name),"
                      " description = coalesce($3, description) where id = $1",
                      {agent, sql::nullable(in.name), sql::nullable(in.description)});
                  ensure_shelve(writer, agent);
                  return notice_of(writer, agent, is_new ? What::kCreated : What::kUpdated);
                })
      .agent;
}

// The input is read as it was sent: what is hashed is what was declared.
std::int64_t implement(const AgentAdmin& admin, Call& call, const Json& input) {
  const Registrant who = registrant_of(*service::call_of(call).who);
  const Declaration declaration = Declaration::read(*admin.shapes, input);
  return change(admin,
                [&](sql::Writer& writer) {
                  return notice_of(writer, register_agent(writer, who, declaration, nullptr, call.now));
                })
      .agent;
}

}  // namespace

void add_agent_admin(entity::Registry& registry, const AgentAdmin& admin) {
  namespace mutation = schema::mutation;
  registry.on(mutation::kBounce, [admin](Call& call, const schema::BounceInput& in) {
    return send_now(admin, call, in.agent, frame("BOUNCE"));
  });
  registry.on(mutation::kKick, [admin](Call& call, const schema::KickInput& in) {
    return send_now(admin, call, in.agent, kick_frame(in.reason));
  });
  registry.on(mutation::kBlock,
              [admin](Call& call, const schema::BlockInput& in) { return block(admin, call, in); });
  registry.on(mutation::kUnblock, [admin](Call& call, const schema::UnblockInput& in) {
    return set_blocked(admin, call, in.agent, false);
  });
  registry.on(mutation::kPinAgent,
              [admin](Call& call, const schema::PinInput& in) { return pin(admin, call, in); });
  registry.on(mutation::kUpdateAgent,
              [admin](Call& call, const schema::UpdateAgentInput& in) { return rename(admin, call, in); });
  registry.on(mutation::kDeleteAgent, [admin](Call& call, const schema::DeleteAgentInput& in) {
    return delete_agent(admin, call, in);
  });
  registry.on(mutation::kDeleteImplementation,
              [admin](Call& call, const schema::DeleteImplementationInput& in) {
                return delete_implementation(admin, call, in);
              });
  registry.on(mutation::kEnsureAgent,
              [admin](Call& call, const schema::AgentInput& in) { return ensure(admin, call, in); });
  registry.answers[std::string(mutation::kImplementAgent.name)] = [admin](Call& call, Json arguments) {
    return Json(implement(admin, call, arguments["input"]));
  };
}

}  // namespace rekuest
