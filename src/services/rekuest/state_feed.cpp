#include "services/rekuest/state_feed.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "services/rekuest/stream.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

std::string state_topic(std::int64_t state) { return fmt::format("state/{}", state); }
std::string agent_topic(std::int64_t agent) { return fmt::format("states/{}", agent); }
std::string update_topic(std::int64_t state) { return fmt::format("state-updates/{}", state); }

// What clients see, and beside it where in the history it is.
Json event_of(const StateChange& change) {
  Json event = Json::object({{"__typename", change.begins ? "StateSnapshotEvent" : "StatePatchEvent"},
                             {"state_id", change.state},
                             {"agent_id", change.agent},
                             {"interface", change.interface},
                             {"value", change.value},
                             {"global_revision", change.at.revision},
                             {"session_id", change.session},
                             {"timestamp", change.timestamp},
                             {"session", change.at.session}});
  if (!change.begins) {
    event.set("op", change.op);
    event.set("path", change.path);
  }
  return event;
}

StatePoint point_of(const Json& event) {
  return {event["session"].as_int64().value_or(0), event["global_revision"].as_int64().value_or(0)};
}

// All states that a new process begins with, as one event.
Json agent_snapshot(std::int64_t agent, const StateChange& first) {
  return Json::object({{"__typename", "AgentSnapshotEvent"},
                       {"agent_id", agent},
                       {"values", Json::object()},
                       {"global_revision", first.at.revision},
                       {"session_id", first.session},
                       {"timestamp", first.timestamp},
                       {"session", first.at.session},
                       {"states", Json::array()}});
}

// The values, then every patch that they do not contain.
class Watch : public Stream {
 public:
  using Stream::Stream;

  /// `known`: where each state is in the snapshot.
  void start(Json snapshot, std::map<std::int64_t, StatePoint> known) {
    begin([&] {
      known_ = std::move(known);
      emit_(std::move(snapshot));
    });
  }

 private:
  void tell(const Json& event) override {
    const StatePoint at = point_of(event);
    bool is_news = false;
    const auto reach = [&](std::int64_t state) {
      const auto [known, is_new] = known_.try_emplace(state, at);
      is_news = is_news || is_new || known->second < at;
      known->second = std::max(known->second, at);
    };
    if (const Json& states = event["states"]; states.is_array()) {
      for (const Json& state : states.items()) reach(state.as_int64().value());
    } else {
      reach(event["state_id"].as_int64().value());
    }
    if (is_news) emit_(event);
  }

  std::map<std::int64_t, StatePoint> known_;
};

std::shared_ptr<Watch> watch(bus::Bus& bus, std::string topic, const entity::Emit& emit) {
  auto stream = std::make_shared<Watch>(emit);
  stream->subscribe(bus, std::move(topic));
  return stream;
}

constexpr std::string_view kColumns =
    "select s.id, s.agent_id, s.interface, s.value, s.session_id, s.global_rev, n.session_id, s.updated_at"
    " from state s left join session n on n.id = s.session_id where ";

StateChange state_at(const sql::Rows& rows, std::size_t row) {
  StateChange state;
  state.begins = true;
  state.state = rows.integer(row, 0);
  state.agent = rows.integer(row, 1);
  state.interface = rows.text(row, 2);
  state.value = Json::parse(rows.text(row, 3));
  state.at = {sql::optional_integer(rows, row, 4).value_or(0), rows.integer(row, 5)};
  state.session = sql::optional_text(rows, row, 6).value_or("");
  state.timestamp = rows.integer(row, 7);
  return state;
}

Json without_session(Json event, const StatePoint& at) {
  if (at.session == 0) event.set("session_id", nullptr);
  return event;
}

// The id of the one row, if the caller may see it.
std::int64_t visible(sql::Database& database, std::string_view what, std::string_view text,
                     std::vector<sql::Value> values) {
  std::optional<std::int64_t> id;
  database.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    const sql::Rows rows = reader.query(text, std::move(values));
    if (!rows.empty()) id = rows.integer(0, 0);
  });
  if (!id) throw Error(code::kNotFound, "No such {}.", what);
  return *id;
}

std::int64_t visible_state(sql::Database& database, const entity::Call& call, std::int64_t state) {
  return visible(database, "state",
                 "select s.id from state s join agent g on g.id = s.agent_id"
                 " where s.id = $1 and g.organization_id = $2",
                 {state, call.organization});
}

std::int64_t state_named(sql::Database& database, const entity::Call& call,
                         const schema::SubscriptionWatchStateArguments& in) {
  if (in.state_id) return visible_state(database, call, in.state_id->row("state"));
  if (!in.agent_id || !in.interface) {
    throw Error(code::kValidation,
                std::string("Say which state: by `stateId`, or by `agentId` and `interface`."));
  }
  return visible(database, "state",
                 "select s.id from state s join agent g on g.id = s.agent_id"
                 " where g.id = $1 and s.interface = $2 and g.organization_id = $3",
                 {in.agent_id->row("agent"), *in.interface, call.organization});
}

}  // namespace

void StateFeed::publish(const std::vector<StateChange>& changes) {
  std::map<std::int64_t, Json> begun;  // by session: what its watchers of the agent begin with
  const auto tell = [this](const std::string& topic, Json event) {
    bus_.publish(topic, std::make_shared<const Json>(std::move(event)));
  };
  const auto flush = [&](std::int64_t agent) {
    for (auto& [session, snapshot] : begun) tell(agent_topic(agent), std::move(snapshot));
    begun.clear();
  };
  std::set<std::int64_t> updated;
  for (const StateChange& change : changes) {
    updated.insert(change.state);
    if (bus_.subscribers(state_topic(change.state)) > 0) tell(state_topic(change.state), event_of(change));
    if (bus_.subscribers(agent_topic(change.agent)) == 0) continue;
    if (!change.begins) {
      flush(change.agent);
      tell(agent_topic(change.agent), event_of(change));
      continue;
    }
    Json& snapshot = begun.try_emplace(change.at.session, agent_snapshot(change.agent, change)).first->second;
    snapshot.find("values")->set(change.interface, change.value);
    snapshot.find("states")->push_back(change.state);
  }
  if (!changes.empty()) flush(changes.back().agent);
  for (const std::int64_t state : updated) {
    if (bus_.subscribers(update_topic(state)) > 0) tell(update_topic(state), state);
  }
}

bool StateFeed::is_watched(std::int64_t state, std::int64_t agent) const {
  return bus_.subscribers(state_topic(state)) > 0 || bus_.subscribers(update_topic(state)) > 0 ||
         bus_.subscribers(agent_topic(agent)) > 0;
}

std::optional<StateChange> load_state_change(sql::Reader& reader, std::int64_t state, StatePoint at,
                                             bool begins) {
  const std::string columns = begins ? ", '', ''" : ", c.op, c.path";
  const sql::Rows rows = reader.query(
      "select c.agent_id, s.interface, n.session_id, c.timestamp, c.value" + columns + " from " +
          (begins ? "snapshot" : "patch") +
          " c join state s on s.id = c.state_id join session n on n.id = c.session_id"
          " where c.state_id = $1 and c.session_id = $2 and c.global_rev = $3 order by c.id desc limit 1",
      {state, at.session, at.revision});
  if (rows.empty()) return std::nullopt;
  return StateChange{state,
                     rows.integer(0, 0),
                     std::string(rows.text(0, 1)),
                     at,
                     std::string(rows.text(0, 2)),
                     rows.integer(0, 3),
                     begins,
                     std::string(rows.text(0, 5)),
                     std::string(rows.text(0, 6)),
                     Json::parse(rows.text(0, 4))};
}

std::shared_ptr<void> StateFeed::watch_state(const entity::Call& call,
                                             const schema::SubscriptionWatchStateArguments& in,
                                             const entity::Emit& emit) {
  const std::int64_t id = state_named(database_, call, in);
  const auto stream = watch(bus_, state_topic(id), emit);
  StateChange state;
  database_.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    const sql::Rows rows = reader.query(std::string(kColumns) + "s.id = $1", {id});
    if (rows.empty()) throw Error(code::kNotFound, std::string("No such state."));
    state = state_at(rows, 0);
  });
  stream->start(without_session(event_of(state), state.at), {{id, state.at}});
  return stream;
}

// States that the newest process has not begun with have no value now.
std::shared_ptr<void> StateFeed::watch_agent(const entity::Call& call, const entity::Id& agent_id,
                                             const entity::Emit& emit) {
  const std::int64_t agent =
      visible(database_, "agent", "select id from agent where id = $1 and organization_id = $2",
              {agent_id.row("agent"), call.organization});
  const auto stream = watch(bus_, agent_topic(agent), emit);
  StateChange newest;
  Json values = Json::object();
  std::map<std::int64_t, StatePoint> known;
  database_.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    const sql::Rows session = reader.query(
        "select id, session_id, started_at from session where agent_id = $1 order by id desc limit 1",
        {agent});
    if (session.empty()) return;
    newest.at.session = session.integer(0, 0);
    newest.session = session.text(0, 1);
    newest.timestamp = session.integer(0, 2);
    const sql::Rows rows =
        reader.query(std::string(kColumns) + "s.agent_id = $1 and s.session_id = $2 order by s.id",
                     {agent, newest.at.session});
    for (std::size_t row = 0; row < rows.size(); ++row) {
      StateChange state = state_at(rows, row);
      known[state.state] = state.at;
      newest.at.revision = std::max(newest.at.revision, state.at.revision);
      newest.timestamp = std::max(newest.timestamp, state.timestamp);
      values.set(state.interface, std::move(state.value));
    }
  });
  Json snapshot = agent_snapshot(agent, newest);
  snapshot.set("values", std::move(values));
  if (newest.at.session == 0) {
    snapshot.set("session_id", nullptr);
    snapshot.set("timestamp", nullptr);
  }
  stream->start(std::move(snapshot), std::move(known));
  return stream;
}

std::shared_ptr<void> StateFeed::updates(const entity::Call& call, const entity::Id& state_id,
                                         entity::Emit emit) {
  const std::int64_t state = visible_state(database_, call, state_id.row("state"));
  return std::make_shared<bus::Bus::Subscription>(bus_.subscribe(
      update_topic(state), [emit = std::move(emit)](const bus::Change& change) { emit(*change); }));
}

void add_state_subscriptions(entity::Registry& registry, StateFeed& feed) {
  namespace subscription = schema::subscription;
  registry.on(subscription::kWatchState,
              [&feed](entity::Call& call, const schema::SubscriptionWatchStateArguments& in,
                      const entity::Emit& emit) { return feed.watch_state(call, in, emit); });
  registry.on(subscription::kWatchAgent,
              [&feed](entity::Call& call, const schema::SubscriptionWatchAgentArguments& in,
                      const entity::Emit& emit) { return feed.watch_agent(call, in.agent_id, emit); });
  registry.on(subscription::kStateUpdateEvents,
              [&feed](entity::Call& call, const schema::SubscriptionStateUpdateEventsArguments& in,
                      entity::Emit emit) { return feed.updates(call, in.state_id, std::move(emit)); });
}

}  // namespace rekuest
