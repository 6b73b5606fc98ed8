#include "services/rekuest/shelve.h"

#include "base/error.h"
#include "entity/lookup.h"
#include "service/call.h"
#include "services/rekuest/catalog.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/schema/memory.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

std::int64_t shelve(sql::Database& database, entity::Call& call,
                    const schema::ShelveInMemoryDrawerInput& in) {
  const Registrant who = registrant_of(*service::call_of(call).who);
  std::int64_t drawer = 0;
  database.write([&](sql::Writer& writer) {
    drawer = store_drawer(writer, ensure_agent(writer, who, call.now).id,
                          {in.resource_id, in.identifier, in.label, in.description, false}, call.now);
  });
  return drawer;
}

base::Json unshelve(sql::Database& database, entity::Call& call,
                    const schema::UnshelveMemoryDrawerInput& in) {
  std::int64_t drawer = 0;
  database.write([&](sql::Writer& writer) {
    const sql::Rows rows = writer.query(
        "select d.id from memory_drawer d join memory_shelve s on s.id = d.shelve_id"
        " join agent g on g.id = s.agent_id"
        " where g.client_id = $1 and g.user_id = $2 and g.organization_id = $3"
        " and (d.resource_id = $4 or d.id = $5) order by case when d.resource_id = $4 then 0 else 1 end "
        "limit 1",
        {call.client, call.user, call.organization, in.id, entity::row_id(in.id).value_or(0)});
    if (rows.empty()) {
      throw base::Error(base::code::kNotFound, "This app's agent keeps no drawer {}.", in.id);
    }
    drawer = rows.integer(0, 0);
    writer.execute("delete from memory_drawer where id = $1", {drawer});
  });
  return drawer;
}

}  // namespace

std::int64_t ensure_shelve(sql::Writer& writer, std::int64_t agent) {
  writer.execute(
      "insert into memory_shelve (agent_id, name)"
      " select a.id, coalesce(a.user_name, a.declared_name) || ' memory shelve' from agent a where a.id = $1"
      " on conflict (agent_id) do nothing",
      {agent});
  return writer.query("select id from memory_shelve where agent_id = $1", {agent}).integer(0, 0);
}

std::int64_t store_drawer(sql::Writer& writer, std::int64_t agent, const Drawer& drawer, std::int64_t now) {
  return writer.insert(
      "insert into memory_drawer (shelve_id, resource_id, identifier, label, description, created_at, "
      "agent_minted)"
      " values ($1, $2, $3, $4, $5, $6, $7) on conflict (shelve_id, resource_id) do update"
      " set identifier = excluded.identifier, label = excluded.label, description = excluded.description"
      " returning id",
      {ensure_shelve(writer, agent), drawer.resource, drawer.identifier, sql::nullable(drawer.label),
       sql::nullable(drawer.description), now, sql::flag(drawer.agent_minted)});
}

void add_shelve_mutations(entity::Registry& registry, sql::Database& database) {
  namespace mutation = schema::mutation;
  registry.on(mutation::kShelveInMemoryDrawer,
              [&database](entity::Call& call, const schema::ShelveInMemoryDrawerInput& in) {
                return shelve(database, call, in);
              });
  registry.on(mutation::kUnshelveMemoryDrawer,
              [&database](entity::Call& call, const schema::UnshelveMemoryDrawerInput& in) {
                return unshelve(database, call, in);
              });
}

}  // namespace rekuest
