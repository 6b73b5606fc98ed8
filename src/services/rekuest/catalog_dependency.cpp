// What implementations need of other agents.
#include <map>
#include <set>

#include "services/rekuest/catalog_rows.h"
#include "services/rekuest/catalog_steps.h"
#include "sql/nullable.h"

namespace rekuest::catalog {
namespace {

using base::Json;

std::string list_text(const Json& value) { return value.is_array() ? value.dump() : "[]"; }

std::vector<sql::Value> row_of(std::int64_t implementation, const Json& dependency) {
  const Json& exclusive = dependency["mutually_exclusive_keys"];
  return {implementation,
          dependency["key"].as_string(),
          sql::nullable_text(dependency["description"]),
          std::int64_t{dependency["optional"].as_bool()},
          std::int64_t{dependency["auto_resolvable"].as_bool()},
          list_text(dependency["action_dependencies"]),
          list_text(dependency["state_dependencies"]),
          sql::nullable_text(dependency["app"]),
          sql::nullable_text(dependency["version"]),
          sql::nullable_text(dependency["name"]),
          sql::nullable_integer(dependency["min_viable_instances"]),
          sql::nullable_integer(dependency["max_viable_instances"]),
          sql::nullable_integer(dependency["prefered_instances"]),
          exclusive.is_array() ? sql::Value(exclusive.dump()) : sql::Value()};
}

}  // namespace

void reconcile_dependencies(sql::Writer& writer, const std::map<std::int64_t, const Json*>& declared) {
  if (declared.empty()) return;
  BulkInsert upsert(
      writer,
      "dependency (implementation_id, key, description, optional, auto_resolvable, action_dependencies, "
      "state_dependencies, app_filter, version_filter, name_filter, min_viable_instances, "
      "max_viable_instances, "
      "prefered_instances, mutually_exclusive_keys)",
      " on conflict (implementation_id, key) do update set description = excluded.description,"
      " optional = excluded.optional, auto_resolvable = excluded.auto_resolvable,"
      " action_dependencies = excluded.action_dependencies, state_dependencies = excluded.state_dependencies,"
      " app_filter = excluded.app_filter, version_filter = excluded.version_filter,"
      " name_filter = excluded.name_filter, min_viable_instances = excluded.min_viable_instances,"
      " max_viable_instances = excluded.max_viable_instances, prefered_instances = "
      "excluded.prefered_instances,"
      " mutually_exclusive_keys = excluded.mutually_exclusive_keys");
  std::map<std::int64_t, std::set<std::string>> keys;
  sql::Ids implementations;
  for (const auto& [implementation, dependencies] : declared) {
    implementations.values.push_back(implementation);
    for (const Json& dependency : dependencies->items()) {
      keys[implementation].insert(dependency["key"].as_string());
      upsert.add(row_of(implementation, dependency));
    }
  }
  upsert.finish();
  const sql::Rows rows =
      writer.query("select id, implementation_id, key from dependency where implementation_id in_ids($1)",
                   {implementations});
  std::vector<std::int64_t> gone;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!keys[rows.integer(row, 1)].contains(std::string(rows.text(row, 2))))
      gone.push_back(rows.integer(row, 0));
  }
  delete_rows(writer, "dependency", std::move(gone));
}

}  // namespace rekuest::catalog
