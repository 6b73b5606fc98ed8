#include "services/rekuest/agent_feed.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "services/rekuest/schema/agent.h"
#include "services/rekuest/schema/implementation.h"
#include "services/rekuest/stream.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Json;

std::string agents_topic(std::int64_t organization) { return fmt::format("agents/{}", organization); }
std::string offer_topic(std::int64_t agent) { return fmt::format("implementations/{}", agent); }
std::string implementation_topic(std::int64_t id) { return fmt::format("implementation/{}", id); }

// Of a `{create, update, delete}` type: what is not said is null.
Json said(std::string_view member, Json value) {
  return Json::object({{std::string(member), std::move(value)}});
}

void expect_row(sql::Database& database, std::string_view what, std::string_view text,
                std::vector<sql::Value> values) {
  bool found = false;
  database.read(sql::Database::Snapshot::kSingle,
                [&](sql::Reader& reader) { found = !reader.query(text, std::move(values)).empty(); });
  if (!found) throw base::Error(base::code::kNotFound, "No such {}.", what);
}

}  // namespace

AgentNotice notice_of(sql::Reader& reader, std::int64_t agent, AgentNotice::What what) {
  const sql::Rows rows = reader.query(
      "select organization_id, coalesce(user_name, declared_name), kind, connected, blocked, last_seen,"
      " client_id, user_id, app_id, release_id from agent where id = $1",
      {agent});
  AgentNotice notice;
  notice.what = what;
  notice.agent = agent;
  notice.organization = rows.integer(0, 0);
  notice.change = Json::object({{"id", agent},
                                {"name", rows.text(0, 1)},
                                {"kind", rows.text(0, 2)},
                                {"connected", rows.integer(0, 3) != 0},
                                {"blocked", rows.integer(0, 4) != 0},
                                {"last_seen", sql::json_or_null(sql::optional_integer(rows, 0, 5))},
                                {"client", rows.integer(0, 6)},
                                {"user", rows.integer(0, 7)},
                                {"organization", notice.organization},
                                {"app", rows.integer(0, 8)},
                                {"release", rows.integer(0, 9)}});
  return notice;
}

AgentNotice notice_of(sql::Reader& reader, const Registration& registration) {
  AgentNotice notice =
      notice_of(reader, registration.agent,
                registration.agent_is_new ? AgentNotice::What::kCreated : AgentNotice::What::kUpdated);
  notice.implementations_created = registration.implementations_created;
  notice.implementations_updated = registration.implementations_updated;
  notice.implementations_deleted = registration.implementations_deleted;
  return notice;
}

void AgentFeed::tell(const std::string& topic, Json change) {
  if (bus_.subscribers(topic) == 0) return;
  bus_.publish(topic, std::make_shared<const Json>(std::move(change)));
}

void AgentFeed::publish(const AgentNotice& notice) {
  using What = AgentNotice::What;
  const std::string agents = agents_topic(notice.organization);
  if (notice.what == What::kCreated) tell(agents, said("create", notice.change));
  if (notice.what == What::kUpdated) tell(agents, said("update", notice.change));
  const std::string offer = offer_topic(notice.agent);
  for (const std::int64_t id : notice.implementations_deleted) tell(offer, said("delete", id));
  for (const std::int64_t id : notice.implementations_created) tell(offer, said("create", id));
  for (const std::int64_t id : notice.implementations_updated) {
    tell(offer, said("update", id));
    tell(implementation_topic(id), id);
  }
  if (notice.what == What::kDeleted) tell(agents, said("delete", notice.agent));
}

std::shared_ptr<void> AgentFeed::agents(std::int64_t organization, entity::Emit emit) {
  return follow(bus_, agents_topic(organization), std::move(emit));
}

std::shared_ptr<void> AgentFeed::implementations(const entity::Call& call, const entity::Id& agent,
                                                 entity::Emit emit) {
  const std::int64_t id = agent.row("agent");
  expect_row(database_, "agent", "select 1 from agent where id = $1 and organization_id = $2",
             {id, call.organization});
  return follow(bus_, offer_topic(id), std::move(emit));
}

std::shared_ptr<void> AgentFeed::implementation(const entity::Call& call, const entity::Id& implementation,
                                                entity::Emit emit) {
  const std::int64_t id = implementation.row("implementation");
  expect_row(database_, "implementation",
             "select 1 from implementation i join agent g on g.id = i.agent_id"
             " where i.id = $1 and g.organization_id = $2",
             {id, call.organization});
  return follow(bus_, implementation_topic(id), std::move(emit));
}

void add_agent_subscriptions(entity::Registry& registry, AgentFeed& feed) {
  namespace subscription = schema::subscription;
  registry.on(subscription::kAgents, [&feed](entity::Call& call, entity::Emit emit) {
    return feed.agents(call.organization, std::move(emit));
  });
  registry.on(subscription::kImplementations,
              [&feed](entity::Call& call, const schema::SubscriptionImplementationsArguments& in,
                      entity::Emit emit) { return feed.implementations(call, in.agent, std::move(emit)); });
  registry.on(
      subscription::kImplementationChange,
      [&feed](entity::Call& call, const schema::SubscriptionImplementationChangeArguments& in,
              entity::Emit emit) { return feed.implementation(call, in.implementation, std::move(emit)); });
}

}  // namespace rekuest
