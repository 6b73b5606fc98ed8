// States an agent declares, and their definitions.
#include <map>

#include "services/rekuest/catalog_rows.h"
#include "services/rekuest/catalog_steps.h"

namespace rekuest::catalog {
namespace {

using base::Json;

/// Definition ids by hash. One definition serves every state that has its
/// ports, whatever the agent.
Ids write_definitions(sql::Writer& writer, const Host& host, const std::vector<DeclaredState>& states) {
  std::map<std::string, const DeclaredState*> by_hash;
  for (const DeclaredState& state : states) by_hash.emplace(state.hash, &state);
  Ids ids;
  const auto keep = [&ids](const sql::Rows& rows, std::size_t row) {
    ids.emplace(std::string(rows.text(row, 1)), rows.integer(row, 0));
  };
  const auto read = [&] {
    sql::Texts hashes;
    for (const auto& [hash, unused] : by_hash) hashes.values.push_back(hash);
    const sql::Rows rows =
        writer.query("select id, hash from state_definition where organization_id = $1 and hash in_texts($2)",
                     {host.organization, hashes});
    for (std::size_t row = 0; row < rows.size(); ++row) keep(rows, row);
  };
  read();
  BulkInsert insert(writer, "state_definition (organization_id, hash, name, ports)",
                    " on conflict do nothing returning id, hash");
  for (const auto& [hash, state] : by_hash) {
    if (ids.contains(hash)) continue;
    const Json& definition = state->declared["definition"];
    insert.add({host.organization, hash, definition["name"].as_string(), definition["ports"].dump()});
  }
  Ids made;
  insert.finish([&made](const sql::Rows& rows, std::size_t row) {
    made.emplace(std::string(rows.text(row, 1)), rows.integer(row, 0));
  });
  std::vector<PortOwner> owners;
  for (const auto& [hash, id] : made)
    owners.push_back({PortOwner::Side::kState, id, &by_hash.at(hash)->ports});
  insert_ports(writer, host.organization, owners);
  ids.merge(made);
  // What another process made in the meantime.
  if (ids.size() < by_hash.size()) read();
  return ids;
}

}  // namespace

Ids reconcile_states(sql::Writer& writer, const Host& host, const std::vector<DeclaredState>& states) {
  const Ids definitions = write_definitions(writer, host, states);
  BulkInsert upsert(writer,
                    "state (agent_id, definition_id, interface, key, app_identifier, created_at, updated_at)",
                    " on conflict (agent_id, interface) do update set definition_id = excluded.definition_id,"
                    " key = excluded.key, app_identifier = excluded.app_identifier");
  std::map<std::string, bool> declared;
  for (const DeclaredState& state : states) {
    declared[state.interface] = true;
    const Json& key = state.declared["key"];
    const Json& app = state.declared["app"];
    upsert.add({host.agent, definitions.at(state.hash), state.interface,
                key.is_string() ? key.as_string() : state.interface,
                app.is_string() ? app.as_string() : host.app_identifier, host.now, host.now});
  }
  upsert.finish();
  Ids stored = ids_of_agent(writer, "state", "interface", host.agent);
  std::vector<std::int64_t> gone;
  for (const auto& [interface, id] : stored) {
    if (!declared.contains(interface)) gone.push_back(id);
  }
  delete_rows(writer, "state", std::move(gone));
  std::erase_if(stored, [&declared](const auto& entry) { return !declared.contains(entry.first); });
  return stored;
}

}  // namespace rekuest::catalog
