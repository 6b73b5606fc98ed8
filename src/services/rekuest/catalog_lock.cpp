// Locks and assets: what an agent declares beside its implementations.
#include <fmt/format.h>

#include <set>

#include "services/rekuest/catalog_rows.h"
#include "services/rekuest/catalog_steps.h"
#include "sql/nullable.h"

namespace rekuest::catalog {
namespace {

using base::Json;

void delete_undeclared(sql::Writer& writer, std::string_view table, const Ids& stored,
                       const std::set<std::string>& declared) {
  std::vector<std::int64_t> gone;
  for (const auto& [name, id] : stored) {
    if (!declared.contains(name)) gone.push_back(id);
  }
  delete_rows(writer, table, std::move(gone));
}

}  // namespace

Ids ids_of_agent(sql::Reader& reader, std::string_view table, std::string_view name, std::int64_t agent) {
  const sql::Rows rows =
      reader.query(fmt::format("select id, {} from {} where agent_id = $1", name, table), {agent});
  Ids ids;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ids.emplace(std::string(rows.text(row, 1)), rows.integer(row, 0));
  }
  return ids;
}

Ids reconcile_locks(sql::Writer& writer, const Host& host, const Json::Array& locks) {
  std::set<std::string> declared;
  BulkInsert upsert(
      writer, "lock (agent_id, key, description, created_at, updated_at)",
      " on conflict (agent_id, key) do update set description = excluded.description,"
      " updated_at = excluded.updated_at where lock.description is distinct from excluded.description");
  for (const Json& lock : locks) {
    declared.insert(lock["key"].as_string());
    upsert.add({host.agent, lock["key"].as_string(), sql::nullable_text(lock["definition"]["description"]),
                host.now, host.now});
  }
  upsert.finish();
  delete_undeclared(writer, "lock", ids_of_agent(writer, "lock", "key", host.agent), declared);
  return ids_of_agent(writer, "lock", "key", host.agent);
}

void reconcile_assets(sql::Writer& writer, const Host& host, const Json::Array& assets) {
  std::set<std::string> declared;
  BulkInsert upsert(writer, "agent_asset (agent_id, name, kind, ref, size, source)",
                    " on conflict (agent_id, name) do update set kind = excluded.kind, ref = excluded.ref,"
                    " size = excluded.size, source = excluded.source");
  for (const Json& asset : assets) {
    declared.insert(asset["name"].as_string());
    upsert.add({host.agent, asset["name"].as_string(), asset["kind"].as_string(), asset["ref"].as_string(),
                sql::nullable_integer(asset["size"]), sql::nullable_text(asset["source"])});
  }
  upsert.finish();
  delete_undeclared(writer, "agent_asset", ids_of_agent(writer, "agent_asset", "name", host.agent), declared);
}

}  // namespace rekuest::catalog
