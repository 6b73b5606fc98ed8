#include "services/rekuest/probe_call.h"

#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "entity/lookup.h"
#include "service/call.h"
#include "services/rekuest/arguments.h"
#include "services/rekuest/assign.h"
#include "services/rekuest/schema/probe.h"
#include "services/rekuest/target.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

/// What is asked for, whoever asks.
struct Wanted {
  ProbeCaller caller;
  std::string subject;  ///< `sub` of whom it runs for
  TargetRequest target;
  Json arguments;
  std::optional<std::string> reference;
};

NewProbe read_probe(sql::Reader& reader, const Wanted& wanted) {
  if (!wanted.arguments.is_object()) throw Error(code::kValidation, std::string("`args` must be an object."));
  Target target = choose_target(reader, wanted.target);
  // Its author has to have said so: nobody will know that it ran.
  if (!target.allows_probe) {
    throw Error(code::kValidation, "'{}' does not allow probes. Assign a task instead.",
                target.frame.interface);
  }
  NewProbe probe;
  probe.caller = wanted.caller;
  probe.action = target.action;
  probe.assign.target = std::move(target.frame);
  probe.assign.person = probe.assign.requester = wanted.subject;
  probe.assign.args = wanted.arguments.dump();
  if (probe.assign.args.size() + wanted.reference.value_or("").size() > kMaxArguments) {
    throw Error(code::kValidation,
                std::string("The arguments are larger than an agent can be sent (1 MiB)."));
  }
  probe.assign.args_hash = arguments_hash(wanted.arguments);
  probe.assign.reference = wanted.reference;
  return probe;
}

// --- over GraphQL -----------------------------------------------------------

ProbeCaller caller_of(Call& call) {
  const service::IdentityRows& rows = service::call_of(call).who->rows;
  return {rows.client, rows.user, rows.organization};
}

std::optional<std::int64_t> row_of(const std::optional<entity::Id>& id, std::string_view what) {
  return id ? std::optional(id->row(what)) : std::nullopt;
}

Json start(Probes& probes, Call& call, const schema::ProbeInput& in) {
  Wanted wanted;
  wanted.caller = caller_of(call);
  wanted.subject = service::call_of(call).who->claims.sub;
  wanted.target.organization = wanted.caller.organization;
  wanted.target.now = call.now;
  wanted.target.action = row_of(in.action, "action");
  wanted.target.implementation = row_of(in.implementation, "implementation");
  wanted.target.action_hash = in.action_hash;
  wanted.arguments = in.args;
  wanted.reference = in.reference;
  NewProbe probe;
  call.read([&](sql::Reader& reader) { probe = read_probe(reader, wanted); });
  return probes.start(std::move(probe), call.now);
}

// --- over an agent's socket -------------------------------------------------

// Ids of rows that agents send are texts.
std::optional<std::int64_t> row_member(const Json& request, std::string_view member) {
  const auto text = text_member(request, member);
  if (!text) return std::nullopt;
  const auto row = entity::row_id(*text);
  if (!row) throw Error(code::kNotFound, "No {} with the id {}.", member, *text);
  return row;
}

Wanted wanted_by_agent(sql::Reader& reader, std::int64_t agent, const Json& request, std::int64_t now) {
  const sql::Rows rows = reader.query(
      "select g.client_id, g.user_id, g.organization_id, u.sub"
      " from agent g join user_account u on u.id = g.user_id where g.id = $1",
      {agent});
  if (rows.empty()) throw Error(code::kNotFound, std::string("The agent that asks was deleted."));
  Wanted wanted;
  wanted.caller = {rows.integer(0, 0), rows.integer(0, 1), rows.integer(0, 2)};
  wanted.subject = rows.text(0, 3);
  wanted.target.organization = wanted.caller.organization;
  wanted.target.now = now;
  wanted.target.action = row_member(request, "action");
  wanted.target.implementation = row_member(request, "implementation");
  wanted.target.action_hash = text_member(request, "action_hash");
  wanted.arguments = request["args"];
  wanted.reference = text_member(request, "reference");
  return wanted;
}

}  // namespace

void answer_probe_request(sql::Database& database, Probes& probes, AgentHub& hub, std::int64_t agent,
                          const Json& request, std::int64_t now) {
  const auto refuse = [&](const std::string& why) {
    hub.send(
        agent, 0,
        one_frame(frame("PROBE_RESPONSE", {{"request", request["id"]}, {"probe", nullptr}, {"error", why}})));
  };
  try {
    NewProbe probe;
    database.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      probe = read_probe(reader, wanted_by_agent(reader, agent, request, now));
    });
    probe.requester = agent;
    probe.request = request["id"];
    probes.start(std::move(probe), now);
  } catch (const Error& error) {
    refuse(error.message());
  } catch (const std::exception& failure) {
    base::log::error("agent.probe_failed", {{"agent", agent}, {"error", failure.what()}});
    refuse("The server could not start the probe.");
  }
}

void add_probes(entity::Registry& registry, Probes& probes) {
  namespace mutation = schema::mutation;
  namespace query = schema::query;
  registry.on(mutation::kProbe,
              [&probes](Call& call, const schema::ProbeInput& in) { return start(probes, call, in); });
  const auto control = [&probes](Control what) {
    return [&probes, what](Call& call, const auto& in) {
      return probes.control(what, in.probe.text, caller_of(call), call.now);
    };
  };
  registry.on(mutation::kCancelProbe, control(Control::kCancel));
  registry.on(mutation::kPauseProbe, control(Control::kPause));
  registry.on(mutation::kResumeProbe, control(Control::kResume));
  registry.on(query::kProbe, [&probes](Call& call, const schema::ProbeArguments& in) {
    return probes.find(in.id.text, caller_of(call));
  });
  registry.on(query::kProbeStats, [&probes](Call& call) { return probes.stats(caller_of(call)); });
  registry.on(schema::subscription::kProbeEvents,
              [&probes](Call& call, const schema::SubscriptionProbeEventsArguments& in, entity::Emit emit) {
                return probes.watch(in.probe.text, caller_of(call), std::move(emit));
              });
}

}  // namespace rekuest
