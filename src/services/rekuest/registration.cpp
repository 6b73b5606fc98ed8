#include "services/rekuest/registration.h"

#include <utility>

#include "base/random.h"
#include "services/rekuest/definition.h"
#include "services/rekuest/frame.h"

namespace rekuest {
namespace {

constexpr std::uint16_t kBlocked = 4003;
constexpr std::uint16_t kBusy = 4004;

struct Lease {
  bool blocked = false;
  bool live = false;
  std::string session;
};

// A process is known by its SESSION_INIT. One that lost its connection before it
// could send that is still new: reports of the one before may be on their way.
bool has_begun(sql::Writer& writer, std::int64_t agent, const std::string& session) {
  return !writer.query("select 1 from session where agent_id = $1 and session_id = $2", {agent, session})
              .empty();
}

Lease read_lease(sql::Writer& writer, std::int64_t agent, std::int64_t now) {
  const sql::Rows rows =
      writer.query("select blocked, connected, last_seen, session_id from agent where id = $1", {agent});
  Lease lease;
  lease.blocked = rows.integer(0, 0) != 0;
  const bool fresh = !rows.is_null(0, 2) && now - rows.integer(0, 2) < kStaleMicros;
  lease.live = rows.integer(0, 1) != 0 && fresh;
  if (!rows.is_null(0, 3)) lease.session = rows.text(0, 3);
  return lease;
}

// The same process asking again knows its tasks; a new one could only say that
// it does not.
base::Json inquiries_for(sql::Writer& writer, std::int64_t agent) {
  const sql::Rows rows = writer.query(
      "select id from task where agent_id = $1 and is_done = 0 and reported = 1 order by id", {agent});
  base::Json list = base::Json::array();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    list.push_back(base::Json::object({{"task", std::string(rows.text(row, 0))}}));
  }
  return list;
}

std::vector<AgentNotice> notices_of(sql::Reader& reader, const sql::Rows& gone) {
  std::vector<AgentNotice> notices;
  for (std::size_t row = 0; row < gone.size(); ++row) {
    notices.push_back(notice_of(reader, gone.integer(row, 0), AgentNotice::What::kUpdated));
  }
  return notices;
}

}  // namespace

RegisterRequest RegisterRequest::read(std::shared_ptr<const service::Identity> who, const base::Json& frame,
                                      const Shapes& shapes) {
  RegisterRequest request;
  request.who = std::move(who);
  request.declaration = Declaration::read(shapes, declaration_of_frame(frame));
  request.facts.supervisor = text_member(frame, "supervisor");
  if (frame["features"].is_array()) request.facts.features = frame["features"];
  request.force = frame["force"].is_bool() && frame["force"].as_bool();
  request.session = text_member(frame, "session_id").value_or("");
  return request;
}

Registrant registrant_of(const service::Identity& who) {
  return {who.rows.organization, who.rows.user, who.rows.client, who.rows.release, who.claims.client_id};
}

Registered connect_agent(sql::Writer& writer, const RegisterRequest& request, const std::string& replica,
                         std::int64_t now) {
  const Registrant registrant = registrant_of(*request.who);
  if (registrant.release == 0) {
    throw RegistrationRefused(3003, "The token names no app. Log in with a manifest that has an identifier.");
  }
  Registration registration = register_agent(writer, registrant, request.declaration, &request.facts, now);
  const Lease lease = read_lease(writer, registration.agent, now);
  if (lease.blocked) throw RegistrationRefused(kBlocked, "This agent is blocked.");
  const bool same_process = !request.session.empty() && lease.session == request.session;
  if (lease.live && !request.force && !same_process) {
    throw RegistrationRefused(
        kBusy,
        "Another connection is already registered for this agent. Stop the other program, or "
        "run this one with `force=True` to take over.");
  }
  Registered registered;
  registered.agent = {registration.agent, registrant.organization, request.session, base::uuid4(), 0};
  registered.hash = registration.hash;
  registered.diagnostics = base::Json(std::move(registration.diagnostics));
  const bool comes_back = same_process && has_begun(writer, registration.agent, request.session);
  if (comes_back) registered.inquiries = inquiries_for(writer, registration.agent);
  writer.execute(
      "update agent set connected = 1, last_seen = $2, connection_id = $3, session_id = $4, epoch = epoch + "
      "1,"
      " disconnected_at = null, replica = $5 where id = $1",
      {registration.agent, now, registered.agent.connection, request.session, replica});
  // The reports of an earlier process may still be on their way: what it had
  // begun is known when the new one's SESSION_INIT has come.
  const std::int64_t newest = registered.newest_task = newest_task(writer, registration.agent);
  if (comes_back || request.session.empty()) {
    registered.backlog = backlog_bounds(writer, registration.agent, newest);
    registered.backlog->comes_back = comes_back;
  }
  if (!comes_back) registered.agent.waiting_up_to = newest;
  registered.notice = notice_of(writer, registration);
  return registered;
}

std::optional<AgentNotice> mark_disconnected(sql::Writer& writer, const Registered& registered,
                                             std::int64_t now) {
  const std::int64_t changed = writer.execute(
      "update agent set connected = 0, last_seen = $3, disconnected_at = $3 where id = $1 and connection_id "
      "= $2",
      {registered.agent.agent, registered.agent.connection, now});
  if (changed == 0) return std::nullopt;
  return notice_of(writer, registered.agent.agent, AgentNotice::What::kUpdated);
}

std::vector<AgentNotice> disconnect_earlier(sql::Writer& writer, const std::string& replica,
                                            std::int64_t now) {
  std::string update = "update agent set connected = 0, disconnected_at = $1 where connected = 1";
  std::vector<sql::Value> parameters{now};
  if (writer.dialect() == sql::Dialect::kPostgres) {
    update += " and replica = $2";
    parameters.emplace_back(replica);
  }
  return notices_of(writer, writer.query(update + " returning id", std::move(parameters)));
}

std::vector<AgentNotice> disconnect_silent(sql::Writer& writer, std::int64_t before) {
  return notices_of(writer, writer.query("update agent set connected = 0, disconnected_at = last_seen"
                                         " where connected = 1 and last_seen < $1 returning id",
                                         {before}));
}

}  // namespace rekuest
